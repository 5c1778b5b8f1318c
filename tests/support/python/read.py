"""Reads files that fundtrail wrote, by libraries that others wrote, and prints what is in them as JSON: a list with one
value for each file. The ending of a file's name says what it is."""

import json
import sys
import tempfile
from datetime import datetime

from openpyxl.utils.escape import unescape


def cell(c):
    """A cell as [kind, value]: `t` a moment, `n` a number, `s` a text, `f` a formula."""
    if c.data_type == "f":
        return ["f", str(c.value)]
    if isinstance(c.value, datetime):
        return ["t", c.value.isoformat(sep=" ")]
    if isinstance(c.value, (int, float)):
        return ["n", repr(c.value)]
    # openpyxl leaves the format's own escapes, `_x005F_`, as they are.
    return ["s", unescape(c.value)]


def xlsx(path):
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheets = []
    for sheet in book:
        sheets.append(
            {
                "title": sheet.title,
                "frozen": sheet.freeze_panes,
                "filter": sheet.auto_filter.ref,
                "rows": [[cell(c) if c.value is not None else None for c in row] for row in sheet.iter_rows()],
                "links": [c.hyperlink.target for row in sheet.iter_rows() for c in row if c.hyperlink],
                # In the first column: row, text, whether it is wrapped, and the height of its row.
                "heads": [
                    [row[0].row, row[0].value, bool(row[0].alignment.wrap_text), sheet.row_dimensions[row[0].row].height]
                    for row in sheet.iter_rows(max_col=2)
                    if row[0].value is not None and row[1].value is not None
                ],
                "widths": {name: round(column.width) for name, column in sheet.column_dimensions.items()},
            }
        )
    return {"created": book.properties.created.isoformat(sep=" "), "title": book.properties.title, "sheets": sheets}


def graph(g):
    edges = g.edges(keys=True, data=True) if g.is_multigraph() else ((a, b, d.get("id"), d) for a, b, d in g.edges(data=True))
    return {
        "directed": g.is_directed(),
        "nodes": {node: data for node, data in g.nodes(data=True)},
        "edges": [{"id": key, "source": a, "target": b, "data": data} for a, b, key, data in edges],
    }


def graphml(path):
    import networkx

    return graph(networkx.read_graphml(path))


def gexf(path):
    import networkx

    # networkx knows the name of only one of the formats of times, and reads times of either as texts.
    with open(path, encoding="utf-8") as file, tempfile.NamedTemporaryFile("w", suffix=".gexf", encoding="utf-8") as copy:
        copy.write(file.read().replace('timeformat="dateTime"', 'timeformat="date"', 1))
        copy.flush()
        return graph(networkx.read_gexf(copy.name, version="1.3"))


def dot(path):
    import pydot

    (found,) = pydot.graph_from_dot_file(path)
    nodes = {n.get_name().strip('"'): n.get_attributes() for n in found.get_nodes() if n.get_name() not in ("node", "edge", "graph")}
    edges = [
        {"source": e.get_source().strip('"'), "target": e.get_destination().strip('"'), "data": e.get_attributes()}
        for e in found.get_edges()
    ]
    return {"directed": found.get_type() == "digraph", "nodes": nodes, "edges": edges}


READERS = {"xlsx": xlsx, "graphml": graphml, "gexf": gexf, "dot": dot}
json.dump([READERS[path.rsplit(".", 1)[-1]](path) for path in sys.argv[1:]], sys.stdout)
