"""The process that opens the spreadsheet: bytes come in by standard input, rows go out by standard output.

Run as a program of its own with limits on memory and time (its two arguments: bytes beyond what it begins with, seconds
of computing), because a hostile file can end it. It imports nothing of the project, so that it starts at once. Packets:
four bytes of length, then a marshalled value: (place in the workbook, name, is hidden, last row and column) begins a
sheet, a list is some of its rows, None its end. Out of memory it ends with the status 3, or is aborted.
"""

import marshal
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO

ROWS = 2000
LARGEST_PACKET = 8 * 1024 * 1024
LONGEST_TEXT = 100_000  # a cell holds 32767; what is longer is cut, and still refused by everybody
OUT_OF_MEMORY = 3


def send(out, value):
    packet = marshal.dumps(value)
    out.write(len(packet).to_bytes(4, "big"))
    out.write(packet)


def send_rows(out, rows):
    """In packets that the reader can hold, whatever the cells hold."""
    packet = marshal.dumps(rows)
    if len(packet) <= LARGEST_PACKET or len(rows) == 1:
        out.write(len(packet).to_bytes(4, "big"))
        out.write(packet)
        return
    del packet
    half = len(rows) // 2
    send_rows(out, rows[:half])
    send_rows(out, rows[half:])


def plain(cell):
    """Dates and times as marked text: marshal knows no others."""
    if type(cell) is str:
        if not cell:
            return None
        return cell if len(cell) <= LONGEST_TEXT else cell[: LONGEST_TEXT + 1]
    if type(cell) in (float, bool):
        return cell
    if isinstance(cell, datetime):
        return ("datetime", cell.isoformat())
    if isinstance(cell, date):
        return ("date", cell.isoformat())
    if isinstance(cell, time):
        return ("time", cell.isoformat())
    if isinstance(cell, timedelta):
        return ("text", str(cell))
    if isinstance(cell, int):
        return float(cell)
    return None if cell is None else str(cell)


def rows_of(sheet):
    """(row from 0, cells from column A), rows that hold something."""
    pad = [None] * sheet.start[1]
    for row, cells in enumerate(sheet.iter_rows()):
        taken = [plain(cell) for cell in cells]
        if any(cell is not None for cell in taken):
            yield row, pad + taken


def send_sheet(out, place, about, sheet):
    from python_calamine import SheetVisibleEnum

    last_row, last_column = sheet.end or (0, 0)
    send(out, (place, about.name, about.visible != SheetVisibleEnum.Visible, last_row, last_column))
    batch = []
    for row in rows_of(sheet) if sheet.start else ():
        batch.append(row)
        if len(batch) == ROWS:
            send_rows(out, batch)
            batch = []
    if batch:
        send_rows(out, batch)
    send(out, None)


def main():
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    limit(int(sys.argv[1]), int(sys.argv[2]))
    out = sys.stdout.buffer
    book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    for place, about in enumerate(book.sheets_metadata):
        if about.typ == SheetTypeEnum.WorkSheet:
            send_sheet(out, place, about, book.get_sheet_by_index(place))
    out.flush()


def limit(memory, seconds):
    import resource

    with open("/proc/self/statm") as counts:
        begun_with = int(counts.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (begun_with + memory, begun_with + memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
