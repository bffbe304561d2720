"""Writes `flow.yaml` and `cases.yaml` from `../../expressions/vectors.json`: a dataflow and a case for each expression.

Run it in this folder. The results in the vectors come from evalexpr, not from Flowgate.
"""

import json
import sys

VECTORS = sys.argv[1] if len(sys.argv) > 1 else "../../expressions/vectors.json"
HOSTS = {"broker": "aio-broker:1883", "cloud": "broker.example:1883"}
TYPES = {"int": "int", "float": "float", str: "string", bool: "boolean", list: "tuple"}


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def plain(value):
    """A value of the vectors as JSON; None if JSON has no such value."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        (number,) = value.values()
        return None if isinstance(number, str) else number
    return value


def type_of(value):
    return TYPES[next(iter(value)) if isinstance(value, dict) else type(value)]


def endpoint(name, host):
    return f"""apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: {name}
  namespace: azure-iot-operations
spec:
  endpointType: Mqtt
  mqttSettings:
    host: {host}
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
"""


def dataflow(number, case):
    expression, typed = case["expr"], f"typeof({case['expr']})"
    # The type tells 3 from 3.0, which JSON does not.
    rules = [("result", expression)] + [("type", typed)] * ("ok" in case)
    written = "".join(
        f"          - {{ inputs: [a, b, c, d, e, f], output: {output}, expression: {quoted(text)} }}\n"
        for output, text in rules
    )
    return f"""apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata:
  name: expr-{number}
  namespace: azure-iot-operations
spec:
  operations:
    - operationType: Source
      sourceSettings: {{ endpointRef: broker, dataSources: [expressions/{number}/in] }}
    - operationType: BuiltInTransformation
      builtInTransformationSettings:
        map:
{written}    - operationType: Destination
      destinationSettings: {{ endpointRef: cloud, dataDestination: expressions/{number}/out }}
"""


def expected(case):
    result = plain(case["ok"]) if "ok" in case else None
    if result is None:
        return "{ outcome: dropped-transform-error }"
    answer = {"result": result, "type": type_of(case["ok"])}
    return f"{{ outcome: delivered, payload-json: {json.dumps(answer, ensure_ascii=False)} }}"


def main():
    with open(VECTORS, encoding="utf-8") as file:
        vectors = json.load(file)
    cases = list(enumerate(vectors["cases"], 1))
    values = vectors["vars"]
    inputs = dict(zip("abcdef", (plain(values[f"${index}"]) for index in range(1, 7))))
    payload = json.dumps(inputs, ensure_ascii=False)
    documents = [endpoint(name, host) for name, host in HOSTS.items()]
    documents += [dataflow(number, case) for number, case in cases]
    with open("flow.yaml", "w", encoding="utf-8") as file:
        file.write("# Written by generate.py: a dataflow for each expression; $1 to $6 are the fields a to f.\n")
        file.write("---\n".join(documents))
    with open("cases.yaml", "w", encoding="utf-8") as file:
        file.write("# yaml-language-server: $schema=../../../schemas/cases.schema.json\n")
        file.write("# Written by generate.py. What has no value, or one that JSON has not, drops the message.\n")
        file.write("cases:\n")
        for number, case in cases:
            name = quoted(f"expr {number}: {case['expr']}")
            file.write(f"  - name: {name}\n    dataflow: expr-{number}\n    message:\n")
            file.write(f"      topic: expressions/{number}/in\n")
            if number == 1:
                file.write(f"      payload: &payload '{payload}'\n")
            else:
                file.write("      payload: *payload\n")
            file.write(f"    expect: {expected(case)}\n")


main()
