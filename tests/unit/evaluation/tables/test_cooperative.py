"""The loss of cooperative learning along ρ, from what training wrote down."""

from latefusion.evaluation.samples import Known
from latefusion.evaluation.tables.cooperative import path_rows
from latefusion.evaluation.tables.learners import grid_rows

ERRORS = {0.0: (0.5, 0.3, 0.4), 1.0: (0.2, 0.6, 0.7)}
FACTS = {
    "learner": "cooperative",
    "settings": {"rho": 1.0, "penalty": 1.0},
    "learned": {
        "path": [
            {"rho": rho, "penalty": penalty, "squared_error": error}
            for rho, errors in ERRORS.items()
            for penalty, error in zip((1.0, 10.0, 100.0), errors, strict=True)
        ]
    },
}


def test_each_rho_has_its_best_penalty_and_the_chosen_one_says_whether_that_ends_the_grid():
    assert list(path_rows("given", FACTS)) == [
        {
            "partition": "given",
            "rho": 0.0,
            "penalty": 10.0,
            "squared_error": 0.3,
            "chosen": False,
            "at_edge": None,
        },
        {
            "partition": "given",
            "rho": 1.0,
            "penalty": 1.0,
            "squared_error": 0.2,
            "chosen": True,
            "at_edge": "penalty",
        },
    ]


def test_other_learners_and_single_modalities_have_no_such_loss():
    assert not list(path_rows("given", FACTS | {"learner": "mine"}))
    alone = [point for point in FACTS["learned"]["path"] if point["rho"] == 0.0]
    assert not list(path_rows("given", FACTS | {"learned": {"path": alone}}))
    assert not list(path_rows("given", {"C": 1}))


def test_the_table_names_the_models():
    known = {"text": Known(), "mixed": Known(along_rho=[{"rho": 0.0}, {"rho": 1.0}])}
    assert grid_rows(known)["cooperative"] == [{"model": "mixed", "rho": 0.0}, {"model": "mixed", "rho": 1.0}]
