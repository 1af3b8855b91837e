"""PDF: lines of text on pages of A4, in one font that every reader has. Pure; no library is needed for that much.

Characters beyond Windows-1252 have no glyph in such a font and become question marks.
"""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final

COLUMNS: Final = 95
LINES: Final = 66  # on a page
PAGE: Final = (
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents {} 0 R >>"
)


def document(lines: Iterable[str]) -> bytes:
    """A PDF document of these lines, broken where they are too long."""
    broken = [piece for line in lines for piece in (wrap(line, COLUMNS, subsequent_indent="    ") or [""])]
    pages = [_page(broken[start : start + LINES]) for start in range(0, max(1, len(broken)), LINES)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(pages):
        objects += [PAGE.format(5 + 2 * number).encode(), content]
    return b"".join(_written(objects))


def _page(lines: Sequence[str]) -> bytes:
    shown = b"".join(b"(" + _escaped(line) + b") '\n" for line in lines)
    text = b"BT /F 9 Tf 11 TL 40 810 Td\n" + shown + b"ET"
    return b"<< /Length " + str(len(text)).encode() + b" >>\nstream\n" + text + b"\nendstream"


def _escaped(line: str) -> bytes:
    content = line.encode("cp1252", "replace")
    return content.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _written(objects: Sequence[bytes]) -> Iterator[bytes]:
    """The file's parts; its table tells where each object begins."""
    head, places = b"%PDF-1.4\n", []
    place = len(head)
    yield head
    for number, content in enumerate(objects, start=1):
        whole = f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
        places.append(place)
        place += len(whole)
        yield whole
    yield f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    yield b"".join(f"{each:010} 00000 n \n".encode() for each in places)
    yield f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{place}\n%%EOF\n".encode()
