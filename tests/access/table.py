"""Who may open and post what: one row per address, method and object, one column per person.

Columns: an·onymous, co·unty staff, ta township staff of A, sa secretary of branch A1, la leader of area A1x, ma plain
member of A1x, ca clerk of A1's village, au·ditor and ad·ministrator of the county, sb and tb secretary and township
staff of the sister township B, no·body in particular (signed in, nothing appointed), en·ded appointment.

Each person acts on the own object, those of B on A's. `beside` is an area of the same branch, `sister` one of
township B, `twin` one of another county. Rows for these that are not written down follow from the row of the
own object, see `all_rows`. After the colon: the state of the sheet, and whose line where it is not the plain member's.

Cells: a status, or `door` for the way in (302 to the sign-in for a page, 401 with what was typed for a form).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

COLUMNS = {
    "an": "anonymous",
    "co": "county",
    "ta": "township_a",
    "sa": "secretary_a1",
    "la": "leader_a1x",
    "ma": "member_a1",
    "ca": "clerk_a",
    "au": "auditor",
    "ad": "administrator",
    "sb": "secretary_b1",
    "tb": "township_b",
    "no": "nobody",
    "en": "ended",
}
PERSONAS = tuple(COLUMNS.values())

TABLE = """
address                   method object             an   co  ta  sa  la  ma  ca  au  ad  sb  tb  no  en

home                        GET  -                  door 200 200 200 200 200 200 200 200 200 200 200 200
overview                    GET  -                  door 200 302 302 200 403 403 200 403 302 302 403 403
overview_township           GET  own                door 200 200 404 404 404 404 200 404 404 404 404 404
overview_branch             GET  own                door 200 200 200 403 403 404 200 404 404 404 404 404
figure_list                 GET  -                  door 200 200 200 200 403 403 200 403 200 200 403 403
figure_list                 GET  own:township       door 200 200 404 404 404 404 200 404 404 404 404 404
figure_list                 GET  own:branch         door 200 200 200 403 403 404 200 404 404 404 404 404
figure_list                 GET  own:area           door 200 200 200 200 403 403 200 404 404 404 404 404
figure_list                 GET  beside:area        door 200 200 200 404 404 403 200 404 404 404 404 404
service                     GET  -                  door 200 200 200 200 200 200 200 200 200 200 200 200
education                   GET  -                  door 200 200 200 200 200 200 200 200 200 200 200 200

place_tree                  GET  -                  door 200 200 200 200 403 200 200 403 200 200 403 403
place_township              GET  own                door 200 200 404 404 404 404 200 404 404 404 404 404
branch_list                 GET  -                  door 200 200 200 200 403 200 200 403 200 200 403 403
branch_detail               GET  own                door 200 200 200 200 403 404 200 404 404 404 404 404
area_list                   GET  -                  door 200 200 200 200 200 200 200 403 200 200 403 403
area_detail                 GET  own                door 200 200 200 200 200 200 200 404 404 404 404 404
area_detail                 GET  beside             door 200 200 200 404 404 200 200 404 404 404 404 404
member_list                 GET  -                  door 200 200 200 200 200 403 200 403 200 200 403 403
member_detail               GET  own                door 200 200 200 200 200 404 200 404 404 404 404 404
member_detail               GET  own:head           door 200 200 200 200 404 404 200 404 404 404 404 404
member_detail               GET  beside             door 200 200 200 404 404 404 200 404 404 404 404 404
member_timeline             GET  own                door 200 200 200 200 200 404 200 404 404 404 404 404
member_timeline             GET  own:head           door 200 200 200 200 404 404 200 404 404 404 404 404
member_timeline             GET  beside             door 200 200 200 404 404 404 200 404 404 404 404 404
household_list              GET  -                  door 200 200 200 200 200 200 200 403 200 200 403 403
household_new               GET  -                  door 403 403 200 403 403 200 403 403 200 403 403 403
household_new               POST -                  door 403 403 200 403 403 200 403 403 200 403 403 403
household_edit              GET  own                door 403 403 200 200 403 200 403 404 404 404 404 404
household_edit              POST own                door 403 403 409 409 403 409 403 404 404 404 404 404
link_plan_branch            GET  own:branch         door 403 403 200 403 403 404 403 404 404 404 404 404
link_plan_area              GET  own:area           door 403 403 200 403 403 404 403 404 404 404 404 404
link_plan_take              POST own:branch         door 403 403 409 403 403 404 403 404 404 404 404 404
handover                    GET  own                door 403 403 200 403 403 404 403 404 404 404 404 404
handover_take               POST own                door 403 403 409 403 403 404 403 404 404 404 404 404
member_new                  GET  -                  door 403 200 200 403 403 403 403 403 200 200 403 403
member_new                  POST -                  door 403 200 200 403 403 403 403 403 200 200 403 403
member_edit                 GET  own                door 403 200 200 403 403 404 403 404 404 404 404 404
member_edit                 POST own                door 403 409 409 403 403 404 403 404 404 404 404 404
member_move                 GET  own                door 403 200 200 403 403 404 403 404 404 404 404 404
member_move                 POST own                door 403 200 200 403 403 404 403 404 404 404 404 404
member_status               GET  own                door 200 200 403 403 403 404 403 404 404 404 404 404
member_status               POST own                door 200 200 403 403 403 404 403 404 404 404 404 404
member_full                 GET  own                door 200 200 403 403 403 404 403 404 404 404 404 404
member_full                 POST own                door 200 200 403 403 403 404 403 404 404 404 404 404
member_id_number            GET  own                door 403 403 200 403 403 404 403 404 404 404 404 404
member_id_number            POST own                door 403 403 200 403 403 404 403 404 404 404 404 404
member_id_reveal            GET  own                door 200 200 200 403 403 404 403 404 404 404 404 404
member_id_reveal            POST own                door 200 200 200 403 403 404 403 404 404 404 404 404
post_begin                  GET  own:area           door 403 403 200 403 403 403 403 404 404 404 404 404
post_begin                  POST own:area           door 403 403 200 403 403 403 403 404 404 404 404 404
post_end                    GET  own                door 403 403 200 403 404 403 403 404 404 404 404 404
post_end                    POST own                door 403 403 200 403 404 403 403 404 404 404 404 404
history_record              GET  own                door 200 200 200 403 403 404 200 404 404 404 404 404
transfer_list               GET  -                  door 200 200 200 200 200 403 200 403 200 200 403 403
transfer_new                GET  own:plain          door 403 403 302 403 302 404 403 404 404 404 404 404
transfer_new                POST own:plain          door 403 403 422 403 422 404 403 404 404 404 404 404
transfer_detail             GET  own                door 200 200 200 404 200 404 200 404 404 404 404 404
transfer_issue              POST own:applied        door 403 409 403 403 404 404 403 404 404 404 404 404
transfer_reject             POST own:applied        door 403 409 403 403 404 404 403 404 404 404 404 404
transfer_revoke             POST own:applied        door 403 403 409 403 404 404 403 404 404 404 404 404
transfer_receive            POST own                door 403 409 403 404 403 404 403 404 404 404 404 404
transfer_letter             POST own                door 403 200 200 404 403 404 403 404 404 404 404 404
transfer_slip               POST own                door 403 200 200 404 403 404 403 404 404 404 404 404
exemption_list              GET  -                  door 200 200 200 200 200 403 200 403 200 200 403 403
exemption_new               GET  own:plain          door 403 403 200 403 200 404 403 404 404 404 404 404
exemption_new               POST own:plain          door 403 403 422 403 422 404 403 404 404 404 404 404
exemption_detail            GET  own                door 200 200 200 404 200 404 200 404 404 404 404 404
exemption_agree             POST own                door 403 403 409 404 403 404 403 404 404 404 404 404
exemption_file              POST own                door 403 409 403 404 403 404 403 404 404 404 404 404
exemption_refuse            POST own                door 403 409 409 404 403 404 403 404 404 404 404 404
exemption_withdraw          POST own                door 403 403 409 404 403 404 403 404 404 404 404 404
exemption_end               GET  own:exemption      door 403 403 200 403 404 404 403 404 404 404 404 404
exemption_end               POST own:exemption      door 403 403 422 403 404 404 403 404 404 404 404 404
exemption_review            GET  own:exemption      door 403 200 403 403 404 404 403 404 404 404 404 404
exemption_review            POST own:exemption      door 403 422 403 403 404 404 403 404 404 404 404 404
place_change_list           GET  -                  door 200 200 200 200 403 200 200 403 200 200 403 403
place_change_detail         GET  own:change         door 200 200 200 200 404 404 200 404 404 404 404 404
place_change_new            GET  -                  door 200 403 200 403 403 403 403 403 200 403 403 403
place_change_confirm        POST -                  door 404 403 404 403 403 403 403 403 404 403 403 403
slip_list                   GET  -                  door 200 403 403 403 403 403 403 200 403 403 403 403
slip_print                  POST -                  door 302 403 403 403 403 403 403 302 403 403 403 403

run_list                    GET  -                  door 200 200 200 403 403 403 403 403 200 200 403 403
run_new                     GET  -                  door 200 403 403 403 403 403 403 403 403 403 403 403
run_new                     POST -                  door 200 403 403 403 403 403 403 403 403 403 403 403
export_new                  GET  -                  door 200 200 200 403 403 403 403 403 200 200 403 403
export_new                  POST -                  door 200 200 200 403 403 403 403 403 200 200 403 403
template_file               GET  -                  door 200 403 403 403 403 403 403 403 403 403 403 403
run_detail                  GET  own                door 200 404 404 404 404 404 403 404 404 404 404 404
run_changes                 GET  own                door 200 404 404 404 404 404 403 404 404 404 404 404
run_progress                GET  own                door 200 404 404 404 404 404 403 404 404 404 404 404
run_decide                  POST own                door 302 404 404 404 404 404 403 404 404 404 404 404
run_write                   POST own                door 409 404 404 404 404 404 403 404 404 404 404 404
run_check                   POST own:written        door 409 404 404 404 404 404 403 404 404 404 404 404
run_discard                 POST own:written        door 409 404 404 404 404 404 403 404 404 404 404 404
run_wrong_rows              POST own                door 200 404 404 404 404 404 403 404 404 404 404 404
run_file                    POST own                door 200 404 404 404 404 404 403 404 404 404 404 404
search                      GET  -                  door 200 200 200 200 200 200 200 200 200 200 200 200

assessments:sheet_list      GET  -                  door 200 200 200 200 302 403 200 403 200 200 403 403
assessments:sheet_detail    GET  own:draft          door 200 200 200 200 404 404 200 404 404 404 404 404
assessments:sheet_detail    GET  own:submitted      door 200 200 200 200 404 404 200 404 404 404 404 404
assessments:sheet_detail    GET  beside:submitted   door 200 200 200 404 404 404 200 404 404 404 404 404
assessments:sheet_begin     POST own:not_started    door 403 403 302 302 404 404 403 404 404 404 404 404
assessments:sheet_begin     POST beside:not_started door 403 403 302 404 404 404 403 404 404 404 404 404
assessments:sheet_save      POST own:draft          door 403 403 302 302 404 404 403 404 404 404 404 404
assessments:sheet_save      POST own:submitted      door 403 403 409 409 404 404 403 404 404 404 404 404
assessments:sheet_save      POST own:submitted:boss door 403 302 403 403 404 404 403 404 404 404 404 404
assessments:sheet_save      POST own:draft:boss     door 403 403 403 403 404 404 403 404 404 404 404 404
assessments:sheet_save      POST own:draft:head     door 403 403 302 403 404 404 403 404 404 404 404 404
assessments:sheet_save      POST beside:draft       door 403 403 302 404 404 404 403 404 404 404 404 404
assessments:sheet_cell      GET  own:draft          door 403 403 200 200 403 404 403 404 404 404 404 404
assessments:sheet_cell      GET  own:submitted      door 200 200 200 200 200 404 200 404 404 404 404 404
assessments:sheet_cell      GET  own:submitted:head door 200 200 200 200 404 404 200 404 404 404 404 404
assessments:sheet_cell      POST own:draft          door 403 403 302 302 403 404 403 404 404 404 404 404
assessments:sheet_cell      POST own:submitted      door 403 403 409 409 403 404 403 404 404 404 404 404
assessments:sheet_line      GET  own:draft          door 403 403 200 200 403 404 403 404 404 404 404 404
assessments:sheet_line      GET  own:submitted      door 200 200 200 200 200 404 200 404 404 404 404 404
assessments:sheet_line      GET  own:submitted:boss door 200 200 200 403 404 404 200 404 404 404 404 404
assessments:sheet_line      GET  beside:submitted   door 200 200 200 404 404 404 200 404 404 404 404 404
assessments:sheet_line      POST own:draft          door 403 403 302 302 403 404 403 404 404 404 404 404
assessments:sheet_line      POST own:submitted      door 403 403 409 409 403 404 403 404 404 404 404 404
assessments:sheet_line      POST own:submitted:boss door 403 302 403 403 404 404 403 404 404 404 404 404
assessments:sheet_summary   GET  own:draft          door 403 403 200 200 404 404 403 404 404 404 404 404
assessments:sheet_summary   POST own:draft          door 403 403 302 302 404 404 403 404 404 404 404 404
assessments:sheet_summary   POST own:submitted      door 403 403 409 409 404 404 403 404 404 404 404 404
assessments:sheet_submit    POST own:draft          door 403 403 302 403 404 404 403 404 404 404 404 404
assessments:sheet_submit    POST own:confirmed      door 403 403 409 403 404 404 403 404 404 404 404 404
assessments:sheet_take_back POST own:submitted      door 403 403 302 403 404 404 403 404 404 404 404 404
assessments:sheet_return    POST own:submitted      door 403 302 403 403 404 404 403 404 404 404 404 404
assessments:sheet_confirm   POST own:submitted      door 403 302 403 403 404 404 403 404 404 404 404 404
assessments:sheet_confirm   POST own:draft          door 403 409 403 403 404 404 403 404 404 404 404 404
assessments:sheet_reopen    POST own:confirmed      door 302 403 403 403 404 404 403 404 404 404 404 404
assessments:sheet_reopen    POST own:submitted      door 409 403 403 403 404 404 403 404 404 404 404 404
assessments:review          GET  -                  door 200 200 403 403 403 403 200 403 403 200 403 403
assessments:review_confirm  POST own:submitted      door 403 302 403 403 403 403 403 403 403 404 403 403
assessments:review_confirm  POST branch2:submitted  door 403 302 403 403 403 403 403 403 403 404 403 403
assessments:review_confirm  POST sister:submitted   door 403 404 403 403 403 403 403 403 403 302 403 403
assessments:review_confirm  POST twin:submitted     door 403 404 403 403 403 403 403 403 403 404 403 403

accounts:account            GET  -                  door 200 200 200 200 200 200 200 200 200 200 200 200
accounts:password_change    GET  -                  door 200 200 200 200 200 200 200 200 200 200 200 200
accounts:password_change    POST -                  door 302 302 302 302 302 302 302 302 302 302 302 302
accounts:sign_in            GET  -                  200  302 302 302 302 302 302 302 302 302 302 302 302
accounts:sign_in            POST -                  302  302 302 302 302 302 302 302 302 302 302 302 302
accounts:first_sign_in      GET  -                  200  302 302 302 302 302 302 302 302 302 302 302 302
accounts:first_sign_in      POST -                  200  302 302 302 302 302 302 302 302 302 302 302 302
accounts:sign_out           POST -                  302  302 302 302 302 302 302 302 302 302 302 302 302
accounts:language_set       POST -                  302  302 302 302 302 302 302 302 302 302 302 302 302
"""


class Row(NamedTuple):
    """One line of the table: `at` own, beside, branch2, sister, twin or `-`; `on` what of it, may be empty."""

    name: str
    method: str
    at: str
    on: str
    statuses: dict[str, str]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.method, self.at, self.on)))


def written_rows() -> Iterator[Row]:
    head, *lines = filter(None, TABLE.splitlines())
    assert head.split()[3:] == [*COLUMNS]
    for line in lines:
        name, method, of, *cells = line.split()
        at, _colon, on = of.partition(":")
        yield Row(name, method, at, on, dict(zip(PERSONAS, cells, strict=True)))


def all_rows() -> list[Row]:
    """The table, and after each row of an own object the same object elsewhere where the table says nothing of it."""
    rows = list(written_rows())
    written = {(row.name, row.method, row.at, row.on) for row in rows}
    for row in [row for row in rows if row.at == "own"]:
        for at, statuses in elsewhere(row.statuses).items():
            if (row.name, row.method, at, row.on) not in written and not (at == "branch2" and _is_townships(row)):
                rows.append(row._replace(at=at, statuses=statuses))
    return rows


def elsewhere(own: dict[str, str]) -> dict[str, dict[str, str]]:
    """The rule of scope: who belongs there takes the place of who belongs here; for all others nothing is there."""
    nothing = dict.fromkeys(PERSONAS, "404") | {"anonymous": own["anonymous"]}
    county = {who: own[who] for who in ("county", "auditor")}
    there = {"secretary_b1": own["secretary_a1"], "township_b": own["township_a"]}
    return {
        "branch2": nothing | county | {"township_a": own["township_a"]},
        "sister": nothing | county | there,
        "twin": nothing,
    }


def _is_townships(row: Row) -> bool:
    """The township of another branch is the same one."""
    return "township" in row.name or row.on == "township"
