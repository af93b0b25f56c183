"""What fusion rules share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from latefusion.fusion.aggregation import (
    class_shares,
    decide,
    floored_log,
    log_shares,
    mean_present,
    normalise,
    present,
    softmax,
    tied,
    weighted_mean,
    weighted_sum,
)
from latefusion.fusion.missing import complete_or_filled, filled, keep, members, pattern_codes
from latefusion.fusion.votes import accuracies, counts, right_and_seen, votes

NAN = np.nan
P = np.array(
    [
        [[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]],
        [[NAN, NAN, NAN], [0.2, 0.7, 0.1]],
        [[NAN, NAN, NAN], [NAN, NAN, NAN]],
    ]
)
UNIFORM = np.full(3, 1 / 3)


def test_present():
    assert present(P).tolist() == [[True, True], [False, True], [False, False]]


def test_class_shares_name_every_class():
    assert class_shares(np.array([0, 2, 2, 2]), 4).tolist() == [0.25, 0, 0.75, 0]
    assert class_shares(np.array([], int), 2).tolist() == [0.5, 0.5]


def test_rows_of_zeros_say_nothing():
    assert normalise(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist() == [[0.25, 0.75], [0.5, 0.5]]


def test_logarithms_have_a_floor_and_keep_gaps():
    logs = floored_log(np.array([0.0, 1.0, NAN]))
    assert logs[:2].tolist() == [np.log(1e-6), 0]
    assert np.isnan(logs[2])


def test_a_class_without_rows_has_no_logarithm_and_no_part_in_a_softmax():
    logs = log_shares(np.array([0.25, 0.0, 0.75]))
    assert logs.tolist() == [np.log(0.25), -np.inf, np.log(0.75)]
    assert softmax(logs[None]) == pytest.approx(np.array([[0.25, 0.0, 0.75]]))


def test_softmax_does_not_overflow():
    assert softmax(np.array([[1000.0, 1000.0], [-1000.0, 0.0]])).tolist() == [[0.5, 0.5], [0, 1]]


def test_sums_and_means_are_over_what_is_present():
    assert weighted_sum(P, np.array([2.0, 1.0]))[1].tolist() == [0.2, 0.7, 0.1]
    assert weighted_mean(P, np.array([2.0, 1.0])) == pytest.approx(
        np.array([[1.1 / 3, 0.7 / 3, 1.2 / 3], [0.2, 0.7, 0.1], UNIFORM])
    )
    assert mean_present(P) == pytest.approx(np.array([[0.3, 0.2, 0.5], [0.2, 0.7, 0.1], [0, 0, 0]]))


def test_weights_of_zero_count_equally_where_there_are_no_others():
    assert weighted_mean(P, np.array([1.0, 0.0]))[:2] == pytest.approx(
        np.array([[0.5, 0.3, 0.2], [0.2, 0.7, 0.1]])
    )


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(arrays(float, (5, 3), elements=st.sampled_from([0.0, 0.1, 0.2, 0.1 + 0.2, 0.3])))
def test_the_decision_is_always_one_of_the_largest(scores):
    chosen = decide(scores, np.full((5, 1, 3), 1 / 3), UNIFORM)
    assert (scores[np.arange(5), chosen] >= scores.max(axis=1) * (1 - 1e-12)).all()


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(
    arrays(float, (5, 4), elements=st.integers(0, 3)), arrays(float, (5, 2, 4), elements=st.integers(1, 4))
)
def test_classes_permuted_permute_the_decision_unless_everything_is_equal(scores, evidence):
    evidence = evidence / evidence.sum(axis=2, keepdims=True)
    shares, order = np.array([0.1, 0.2, 0.3, 0.4]), np.array([2, 0, 3, 1])
    plain = decide(scores, evidence, shares)
    permuted = decide(scores[:, order], evidence[:, :, order], shares[order])
    assert (order[permuted] == plain).all()


def test_a_tie_where_nothing_is_known_goes_to_the_prior():
    assert decide(np.array([[0.5, 0.5]]), np.full((1, 2, 2), NAN), np.array([0.4, 0.6])) == [1]


def test_tied_rows_are_found():
    assert tied(np.array([[0.5, 0.5, 0], [0.5, 0.4, 0.1], [0.1 + 0.2, 0.3, 0.3]])).tolist() == [
        True,
        False,
        True,
    ]


def test_votes_name_the_gap():
    assert votes(P, UNIFORM).tolist() == [[0, 2], [-1, 1], [-1, -1]]


def test_a_vote_between_equals_follows_the_other_modalities():
    undecided = np.array([[[0.4, 0.4, 0.2], [0.1, 0.3, 0.6]]])
    assert votes(undecided, UNIFORM).tolist() == [[1, 2]]
    assert votes(undecided, UNIFORM, "lowest").tolist() == [[0, 2]]


def test_votes_are_counted_where_they_were_cast():
    voted, y = np.array([[0, 2], [-1, 1], [1, -1]], np.int32), np.array([0, 1, 0], np.int32)
    right, seen = right_and_seen(voted, y)
    assert (right.tolist(), seen.tolist()) == ([1, 1], [2, 2])
    assert accuracies(voted, y).tolist() == [0.5, 0.5]
    assert accuracies(voted, y, smoothing=1, classes=3).tolist() == [2 / 5, 2 / 5]
    assert accuracies(np.full((3, 1), -1), y).tolist() == [0]
    assert counts(voted, y, 3)[0].tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_patterns_of_presence():
    assert pattern_codes(P).tolist() == [3, 2, 0]
    assert members(5, 3) == [0, 2]
    assert pattern_codes(keep(P, 1)).tolist() == [1, 0, 0]
    assert pattern_codes(keep(P, np.array([2, 2, 3]))).tolist() == [2, 2, 0]
    shares = np.array([0.2, 0.3, 0.5])
    assert filled(P, shares)[1].tolist() == [[0.2, 0.3, 0.5], [0.2, 0.7, 0.1]]


@pytest.mark.parametrize(("complete", "kept"), [(200, 200), (199, 250), (250, 250)])
def test_complete_rows_are_enough_from_two_hundred_on(complete, kept):
    rows = np.tile(P[:1], (250, 1, 1))
    rows[complete:, 0] = NAN
    taken, which = complete_or_filled(rows, UNIFORM)
    assert len(taken) == which.sum() == kept
    assert not np.isnan(taken).any()
