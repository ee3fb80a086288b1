"""The process that opens the spreadsheet: bytes come in by standard input, rows go out by standard output.

Run as a program of its own with limits on memory and time, because a hostile file can end it. It imports nothing of the
project, so that it starts at once. Packets: four bytes of length, then a marshalled value: (name, is hidden) begins a
sheet, a list is some of its rows, None its end.
"""

import marshal
import os
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO

ROWS = 2000


def send(out, value):
    packet = marshal.dumps(value)
    out.write(len(packet).to_bytes(4, "big"))
    out.write(packet)


def plain(cell):
    """Dates and times as marked text: marshal knows no others."""
    if type(cell) in (str, float, bool):
        return cell if cell != "" else None
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
    start = sheet.start
    if start is None:
        return
    first_row, first_column = start
    pad = [None] * first_column
    for place, cells in enumerate(sheet.to_python(skip_empty_area=True)):
        row = [plain(cell) for cell in cells]
        if any(cell is not None for cell in row):
            yield first_row + place, pad + row


def main():
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    limit()
    out = sys.stdout.buffer
    book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        send(out, (about.name, about.visible != SheetVisibleEnum.Visible))
        batch = []
        for row in rows_of(book.get_sheet_by_name(about.name)):
            batch.append(row)
            if len(batch) == ROWS:
                send(out, batch)
                batch = []
        send(out, batch)
        send(out, None)
    out.flush()


def limit():
    import resource

    memory, seconds = int(os.environ["READ_MEMORY"]), int(os.environ["READ_SECONDS"])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
