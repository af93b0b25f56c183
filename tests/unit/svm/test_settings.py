import pytest

from latefusion.core.errors import InputError
from latefusion.svm.settings import SvmSettings

CLASSES = [{"label": "3", "name": "angry", "index": 0}, {"label": "7", "name": "calm", "index": 1}]


def test_weights_go_by_the_name_or_the_label_of_a_class():
    for given in ({"calm": 2, "angry": 3}, {7: 2, 3: 3}, {"7": 2, "angry": 3}):
        settings = SvmSettings.of({"class_weight": given}, CLASSES)
        assert list(settings.class_weight.items()) == [(0, 3.0), (1, 2.0)]


def test_a_name_that_is_the_label_of_another_class_is_the_name():
    classes = [{"label": "1", "name": "2", "index": 0}, {"label": "2", "name": "1", "index": 1}]
    assert SvmSettings.of({"class_weight": {"2": 5}}, classes).class_weight == {0: 5.0}


def test_a_class_that_the_data_lack_is_named_with_the_nearest():
    with pytest.raises(InputError, match=r"svm\.class_weight") as caught:
        SvmSettings.of({"class_weight": {"angri": 2}}, CLASSES)
    assert "angry, calm" in str(caught.value)
    assert "write 'angry'" in str(caught.value)


def test_a_class_by_its_name_and_by_its_label_has_no_two_factors():
    with pytest.raises(InputError, match=r"'calm' and 7, which are one class(.|\n)*leave one of them out"):
        SvmSettings.of({"class_weight": {"calm": 2, 7: 3}}, CLASSES)


def test_a_class_called_yes_is_to_be_quoted():
    with pytest.raises(InputError, match=r"True, which is no class(.|\n)*between quotes"):
        SvmSettings.of({"class_weight": {True: 2}}, [{"label": "yes", "name": "yes", "index": 0}])


@pytest.mark.parametrize("weight", ["none", "balanced", None])
def test_words_stay_as_they_are(weight):
    assert SvmSettings.of({"class_weight": weight, "C": 2}, CLASSES) == SvmSettings(C=2, class_weight=weight)


def test_beside_a_grid_the_notebooks_values_are_kept():
    assert SvmSettings(C=[1, 10], gamma=0.5).replica == (1.0, 0.5)
    assert SvmSettings(C=3, gamma=["auto", 1]).replica == (3, "auto")
    assert SvmSettings(C=[1, 10], gamma=["auto", 2]).grid == [(1, "auto"), (10, "auto"), (1, 2), (10, 2)]
