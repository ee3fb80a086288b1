"""Who is proposed for a household: tables a secretary could check by hand, and what holds whatever the branch is."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.planning import Candidate, Proposal, Waiting, Why, propose

# Teams 11 and 12 are in area 1, team 21 in area 2, team 30 in none.
AREA_OF = {11: 1, 12: 1, 21: 2, 30: None}


def member(pk: int, *teams: int, area: int | None = None, load: int = 0) -> Candidate:
    return Candidate(pk, f"M{pk:03}", frozenset(teams), area, load)


def households(team: int, count: int = 1, *, start: int = 1) -> list[Waiting]:
    """Numbered 001, 002, …; the key is team and number: 11001, 11002, …"""
    return [Waiting(team * 1000 + n, f"{n:03}", team, AREA_OF[team]) for n in range(start, start + count)]


def takers(waiting: list[Waiting], candidates: list[Candidate], *, lowest: int = 5, highest: int = 20) -> list:
    return [each.member for each in propose(waiting, candidates, lowest=lowest, highest=highest)]


def first(team: int, *candidates: Candidate, highest: int = 20) -> tuple[int | None, Why]:
    (proposal,) = propose(households(team), candidates, lowest=min(5, highest), highest=highest)
    return proposal.member, proposal.why


FULL = {"load": 20}


@pytest.mark.parametrize(
    ("team", "candidates", "proposed"),
    [
        # the nearest first, however much more they have
        (11, [member(1, 11, load=19), member(2, area=1)], (1, Why.SAME_TEAM)),
        (11, [member(1, 12, area=1, load=19), member(2)], (1, Why.SAME_AREA)),
        (11, [member(1, 21, area=2)], (1, Why.SAME_BRANCH)),
        # where they are full, the next
        (11, [member(1, 11, area=1, **FULL), member(2, area=1, load=19), member(3)], (2, Why.SAME_AREA)),
        (11, [member(1, 11, **FULL), member(2, area=1, **FULL), member(3, load=19)], (3, Why.SAME_BRANCH)),
        (11, [member(1, 11, **FULL), member(2, area=1, **FULL), member(3, load=25)], (None, Why.NOBODY)),
        # of equally near ones who has the fewest, then the first by code
        (11, [member(1, 11, load=5), member(2, 11, load=4)], (2, Why.SAME_TEAM)),
        (11, [member(3, 11, load=4), member(2, 11, load=4)], (2, Why.SAME_TEAM)),
        (11, [member(1, area=1, load=6), member(2, area=1, load=3), member(3, area=2)], (2, Why.SAME_AREA)),
        # the team counts in another area, too: a member looks after households there already
        (21, [member(1, area=2), member(2, 21, area=1, load=9)], (2, Why.SAME_TEAM)),
        # a team outside every area is not "in the same area" as a member without one
        (30, [member(1, area=None)], (1, Why.SAME_BRANCH)),
        (30, [member(1, area=None, load=1), member(2, area=1)], (2, Why.SAME_BRANCH)),
        (11, [], (None, Why.NOBODY)),
    ],
)
def test_one_household_goes_to_the_nearest_with_room_and_the_fewest(team, candidates, proposed):
    assert first(team, *candidates) == proposed


@pytest.mark.parametrize(
    ("candidates", "proposed"),
    [
        ([member(1, 11), member(2, 11), member(3, 11)], [1, 2, 3, 1, 2, 3]),
        ([member(1, 11, load=3), member(2, 11), member(3, 11)], [2, 3, 2, 3, 2, 3]),
        ([member(1, 11, load=2), member(2, 11, load=1)], [2, 1, 2, 1, 2, 1]),
        ([member(1, 11, load=18), member(2, area=1, load=1), member(3)], [1, 1, 2, 2, 2, 2]),
        ([member(1, 11, load=18), member(2, area=1, load=19), member(3, load=19)], [1, 1, 2, 3, None, None]),
    ],
)
def test_six_households_of_a_team_are_spread_evenly(candidates, proposed):
    assert takers(households(11, 6), candidates) == proposed


def test_who_is_below_the_lower_limit_is_filled_up_first_among_equally_near_ones():
    people = [member(1, 11, load=6), member(2, 11, load=2)]
    assert takers(households(11, 4), people) == [2, 2, 2, 2]


def test_the_highest_number_is_a_limit_of_the_caller():
    assert takers(households(11, 3), [member(1, 11)], lowest=0, highest=2) == [1, 1, None]
    assert takers(households(11), [member(1, 11)], lowest=0, highest=0) == [None]


def test_who_alone_can_take_another_team_is_relieved_of_the_first_one():
    # Household by household, member 1 would get 11001, 11003 and both of team 12: four against one.
    people = [member(1, 11, 12), member(2, 11)]
    proposals = propose(households(11, 3) + households(12, 2), people, lowest=5, highest=20)
    assert [each.member for each in proposals] == [2, 2, 1, 1, 1]
    assert {each.why for each in proposals} == {Why.SAME_TEAM}


def test_a_household_comes_back_to_its_team_where_room_appears():
    # Member 1 is full before 21001, which goes to the area; then member 2 relieves 1 of 11001 and there is room again.
    people = [member(1, 11, 12, 21), member(2, 11), member(3, area=2)]
    waiting = households(11, 2) + households(12, 2) + households(21)
    proposals = propose(waiting, people, lowest=0, highest=3)
    assert [each.member for each in proposals] == [2, 2, 1, 1, 1]
    assert {each.why for each in proposals} == {Why.SAME_TEAM}


def test_households_come_by_team_and_number_with_what_the_member_has_before_each():
    waiting = [*households(12, 2), *households(11, 2)]
    assert propose(waiting, [member(7, load=3)], lowest=5, highest=20) == [
        Proposal(11001, 7, Why.SAME_BRANCH, 3),
        Proposal(11002, 7, Why.SAME_BRANCH, 4),
        Proposal(12001, 7, Why.SAME_BRANCH, 5),
        Proposal(12002, 7, Why.SAME_BRANCH, 6),
    ]


def test_all_households_of_a_member_who_leaves_go_to_the_others():
    held = households(11, 3) + households(21, 1)
    others = [member(2, 11, area=1, load=4), member(3, area=1, load=0), member(4, 21, area=2, load=7)]
    assert takers(held, others) == [2, 2, 2, 4]


def test_nobody_waits_and_nothing_is_proposed():
    assert propose([], [member(1)], lowest=5, highest=20) == []
    assert propose([], [], lowest=5, highest=20) == []


@pytest.mark.parametrize(("lowest", "highest"), [(6, 5), (-1, 5), (0, -1)])
def test_limits_that_are_out_of_order_are_refused(lowest, highest):
    with pytest.raises(ValueError, match="out of order"):
        propose([], [], lowest=lowest, highest=highest)


def large_branch() -> tuple[list[Waiting], list[Candidate]]:
    """80 members of ten areas, 600 households of 20 teams; every member has some of one or two teams."""
    people = [
        Candidate(n, f"M{n:03}", frozenset({n % 20, n * 7 % 20} if n % 3 else ()), n % 10, n * 5 % 12)
        for n in range(1, 81)
    ]
    waiting = [Waiting(n, f"{n:04}", n * n % 20, n * n % 20 // 2) for n in range(1, 601)]
    return waiting, people


def test_a_branch_of_80_members_and_600_households_is_planned_whole():
    waiting, people = large_branch()
    proposals = propose(waiting, people, lowest=5, highest=20)
    assert len(proposals) == 600 and all(each.member is not None for each in proposals)
    assert max(Counter(each.member for each in proposals).values()) <= 20


# What must hold whatever the branch is

TEAMS = st.sampled_from(sorted(AREA_OF))
PEOPLE = st.lists(
    st.builds(
        Candidate,
        pk=st.integers(1, 99),
        code=st.sampled_from(["M1", "M2", "M3", "M4"]),  # the same code twice happens: the key decides
        teams=st.frozensets(TEAMS, max_size=3),
        area=st.sampled_from([None, 1, 2]),
        load=st.integers(0, 9),
    ),
    max_size=8,
    unique_by=lambda each: each.pk,
)
WAITING = st.lists(
    st.builds(
        lambda pk, number, team: Waiting(pk, number, team, AREA_OF[team]),
        st.integers(1, 999),
        st.sampled_from(["001", "002", "003", "004"]),
        TEAMS,
    ),
    max_size=30,
    unique_by=lambda each: each.pk,
)
HIGHEST = st.integers(0, 8)  # some have more than that already
NEARER = [Why.SAME_TEAM, Why.SAME_AREA, Why.SAME_BRANCH]


def tie(household: Waiting, person: Candidate) -> Why:
    if household.team in person.teams:
        return Why.SAME_TEAM
    if household.area is not None and household.area == person.area:
        return Why.SAME_AREA
    return Why.SAME_BRANCH


def loads_after(proposals: list[Proposal], people: list[Candidate]) -> dict[int, int]:
    got = Counter(each.member for each in proposals)
    return {each.pk: each.load + got[each.pk] for each in people}


@given(waiting=WAITING, people=PEOPLE, highest=HIGHEST)
def test_every_household_appears_once_with_a_member_who_is_asked_or_nobody(waiting, people, highest):
    proposals = propose(waiting, people, lowest=0, highest=highest)
    ordered = sorted(waiting, key=lambda each: (each.team, each.number, each.pk))
    assert [each.household for each in proposals] == [each.pk for each in ordered]
    by_pk = {each.pk: each for each in people}
    for household, proposal in zip(ordered, proposals, strict=True):
        expected = Why.NOBODY if proposal.member is None else tie(household, by_pk[proposal.member])
        assert proposal.why == expected


@given(waiting=WAITING, people=PEOPLE, highest=HIGHEST)
def test_nobody_gets_more_than_the_highest_or_loses_what_they_have(waiting, people, highest):
    proposals = propose(waiting, people, lowest=0, highest=highest)
    after = loads_after(proposals, people)
    for person in people:
        assert person.load <= after[person.pk] <= max(person.load, highest)


@given(waiting=WAITING, people=PEOPLE, highest=HIGHEST)
def test_a_household_stays_without_anybody_only_where_all_are_full(waiting, people, highest):
    proposals = propose(waiting, people, lowest=0, highest=highest)
    room = sum(max(0, highest - person.load) for person in people)
    assert sum(each.member is not None for each in proposals) == min(room, len(waiting))


@given(waiting=WAITING, people=PEOPLE, highest=HIGHEST)
def test_nobody_nearer_has_room_and_nobody_as_near_has_two_fewer(waiting, people, highest):
    proposals = propose(waiting, people, lowest=0, highest=highest)
    after, by_pk = loads_after(proposals, people), {each.pk: each for each in waiting}
    for proposal in proposals:
        if proposal.member is None:
            continue
        for other in people:
            theirs = NEARER.index(tie(by_pk[proposal.household], other))
            if theirs < NEARER.index(proposal.why):
                assert after[other.pk] >= highest
            if theirs == NEARER.index(proposal.why):
                assert after[other.pk] >= after[proposal.member] - 1


@given(count=st.integers(0, 40), size=st.integers(1, 8))
def test_equal_members_end_within_one_household_of_each_other(count, size):
    people = [member(n, 11, load=2) for n in range(1, size + 1)]
    after = loads_after(propose(households(11, count), people, lowest=5, highest=50), people)
    assert max(after.values()) - min(after.values()) <= 1


@given(waiting=WAITING, people=PEOPLE, highest=HIGHEST, data=st.data())
def test_the_order_of_what_is_given_does_not_matter(waiting, people, highest, data):
    proposals = propose(waiting, people, lowest=0, highest=highest)
    others = data.draw(st.permutations(waiting)), data.draw(st.permutations(people))
    assert propose(*others, lowest=0, highest=highest) == proposals


@given(waiting=WAITING, people=PEOPLE, highest=HIGHEST)
def test_what_a_member_has_before_each_counts_up_from_the_load(waiting, people, highest):
    proposals = propose(waiting, people, lowest=0, highest=highest)
    for person in people:
        before = [each.load_before for each in proposals if each.member == person.pk]
        assert before == list(range(person.load, person.load + len(before)))
