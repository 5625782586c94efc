"""Holds the kas files against the schema that kas itself ships, and their machines against the
layer's.

    python kas.py DIRECTORY
"""

import json
import os
import sys

import jsonschema
import yaml

# This file is called as the package is.
sys.path = [p for p in sys.path if os.path.abspath(p or ".") != os.path.dirname(os.path.abspath(__file__))]
import kas  # noqa: E402


def main(directory):
    with open(os.path.join(os.path.dirname(kas.__file__), "schema-kas.json"), encoding="utf-8") as file:
        schema = json.load(file)
    machines = 0
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            text = yaml.safe_load(file)
        jsonschema.validate(text, schema)
        for part in text["header"].get("includes", []):
            if not os.path.exists(os.path.join(directory, part)):
                sys.exit(f"{name}: includes {part}, which is not there")
        machine = text.get("machine")
        if machine:
            machines += 1
            conf = f"meta-machitap/conf/distro/include/machitap-{machine}.inc"
            if not os.path.exists(conf):
                sys.exit(f"{name}: {conf} is not there")
    try:
        jsonschema.validate({"header": {"version": "x"}}, schema)
        sys.exit("a slip is not found")
    except jsonschema.ValidationError:
        pass
    print(f"   kas files of {machines} machines")
    return 0 if machines else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
