# SPDX-License-Identifier: Apache-2.0
"""Checks exported documents with other people's programs, offline.

usage: check-boms.py SPDX3_MODEL_FOLDER (cyclonedx|spdx3)=FILE...
Prints one JSON line a file: {"file", "valid", "errors"}. SPDX 3 is checked against the SHACL model.
"""

import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from rdflib import Graph
from spdx3_validate.core import check_graph
from spdx3_validate.spdx_versions import find_version

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"


class Spdx3:
    """The official model, out of the archive that ships it."""

    def __init__(self, folder):
        resources = Path(folder) / "resources"
        self.context = json.loads((resources / "spdx-context-v3.0.1.jsonld").read_text())
        model = (resources / "spdx-model-v3.0.1.jsonld").read_text()
        self.model = Graph().parse(data=model, format="json-ld")

    def errors_of(self, text):
        document = json.loads(text)
        if document.get("@context") != CONTEXT:
            return ["the context is not that of SPDX 3.0.1"]
        # the context lies beside the model: nothing is fetched
        document["@context"] = self.context["@context"]
        graph = Graph().parse(data=json.dumps(document), format="json-ld")
        return check_graph(graph, self.model, find_version(CONTEXT), True)


def errors_of_cyclonedx(text):
    error = JsonStrictValidator(SchemaVersion.V1_7).validate_str(text)
    return [] if error is None else [str(error)[:500]]


def main(folder, *arguments):
    spdx3 = None
    for argument in arguments:
        kind, file = argument.split("=", 1)
        text = Path(file).read_text(encoding="utf-8")
        if kind == "cyclonedx":
            errors = errors_of_cyclonedx(text)
        else:
            spdx3 = spdx3 or Spdx3(folder)
            errors = spdx3.errors_of(text)
        print(json.dumps({"file": file, "valid": not errors, "errors": errors[:20]}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
