from hypothesis import given
from hypothesis import strategies as st

from app.planning.tour import Tour

SIZE = 12
positions = st.integers(0, SIZE - 1)


def edges(sequence):
    return {frozenset((sequence[at - 1], sequence[at])) for at in range(len(sequence))}


def whole(tour):
    return sorted(tour.sequence) == list(range(tour.size)) and all(
        tour.sequence[tour.position[stop]] == stop for stop in range(tour.size)
    )


@given(positions, positions)
def test_turning_a_stretch_round_changes_two_edges_and_no_other(first, last):
    tour = Tour(range(SIZE))
    tour.reverse(first, last)
    before, after = (first - 1) % SIZE, (last + 1) % SIZE
    kept = edges(range(SIZE)) - {frozenset((before, first)), frozenset((last, after))}
    assert whole(tour)
    assert edges(tour.sequence) >= kept


@given(positions, st.integers(1, 3), st.data(), st.booleans(), st.booleans())
def test_a_moved_segment_lies_in_the_gap_with_its_first_stop_beside_the_stop_named(at, count, data, back, swapped):
    segment = [(at + step) % SIZE for step in range(count)]
    gap = (at + count + data.draw(st.integers(0, SIZE - count - 2))) % SIZE
    ends = (segment[-1], segment[0]) if back else (segment[0], segment[-1])
    beside, between = ((gap + 1) % SIZE, gap) if swapped else (gap, (gap + 1) % SIZE)
    tour = Tour(range(SIZE))
    tour.move(ends, beside=beside, between=between)
    assert whole(tour)
    assert {frozenset((beside, ends[0])), frozenset((ends[1], between))} <= edges(tour.sequence)


@given(positions, st.integers(1, 5), st.integers(1, 5))
def test_swapping_two_stretches_keeps_them_whole_and_names_where_it_cut(at, count, following):
    tour = Tour(range(SIZE))
    changed = tour.swap(at, count, following)
    one = [(at + step) % SIZE for step in range(count)]
    other = [(at + count + step) % SIZE for step in range(following)]
    assert whole(tour)
    assert tour.take(at, count + following) == other + one
    cut = edges(range(SIZE)) - edges(tour.sequence)
    assert {stop for edge in cut for stop in edge} <= set(changed)
