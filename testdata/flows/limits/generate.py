"""Writes `cases.yaml`: values of 65,535 bytes, which is all that MQTT carries in a string, and of 65,536.

Run it in this folder.
"""

import base64

MOST = 65535
LETTER = "🌡"  # four bytes
HEAD = """\
# yaml-language-server: $schema=../../../schemas/cases.schema.json
# Written by generate.py. `fits` has 65,535 bytes, `too-long` has 65,536, `bytes` are 65,535 that are no text.
cases:
"""
KAFKA_TO_MQTT = """\
  - name: 3.4 header of 65,535 bytes passes
    dataflow: limits-from-kafka
    message:
      topic: limits-from-kafka-in
      payload: x
      timestamp: 1767225600000
      headers:
        - fits: &fits {fits}
        - line: "3"
    expect:
      outcome: delivered
      user-properties:
        - Timestamp: "1767225600000"
        - fits: *fits
        - line: "3"

  - name: 3.4 header of 65,536 bytes is removed
    dataflow: limits-from-kafka
    message: &long-header
      topic: limits-from-kafka-in
      payload: x
      timestamp: 1767225600000
      headers:
        - too-long: {too_long}
        - line: "3"
    expect:
      outcome: delivered
      payload: x
      user-properties:
        - Timestamp: "1767225600000"
        - line: "3"

  - name: 3.4 header of 65,536 bytes, setting drop
    dataflow: limits-from-kafka
    settings: {{ unusable-header: drop }}
    message: *long-header
    expect: {{ outcome: dropped-unsendable }}
"""
FROM_MQTT = """
  - name: "beyond: user property of 65,535 bytes to Kafka"
    dataflow: limits-to-kafka
    message: &long-property
      topic: limits/to-kafka/in
      payload: x
      user-properties:
        - a: "1"
        - fits: *fits
        - a: "2"
    expect:
      outcome: delivered
      headers:
        - a: "1"
        - fits: *fits
        - a: "2"

  - name: "beyond: user property of 65,535 bytes to MQTT"
    dataflow: limits-mqtt
    message: {{ <<: *long-property, topic: limits/mqtt/in }}
    expect:
      outcome: delivered
      user-properties:
        - a: "1"
        - fits: *fits
        - a: "2"

  - name: "beyond: name of 65,535 bytes to Kafka"
    dataflow: limits-to-kafka
    message:
      topic: limits/to-kafka/in
      payload: x
      user-properties:
        - *fits : long name
    expect:
      outcome: delivered
      headers:
        - *fits : long name

  - name: "beyond: content type of 65,535 bytes to Kafka"
    dataflow: limits-to-kafka
    message: {{ topic: limits/to-kafka/in, payload: x, content-type: *fits }}
    expect: {{ outcome: delivered, headers: [Content Type: *fits] }}

  - name: "beyond: correlation data of 65,535 bytes to Kafka"
    dataflow: limits-to-kafka
    message:
      topic: limits/to-kafka/in
      payload: x
      correlation-data:
        base64: &bytes {data}
    expect:
      outcome: delivered
      headers:
        - Correlation Data: {{ base64: *bytes }}

  - name: "beyond: correlation data of 65,535 bytes to MQTT"
    dataflow: limits-mqtt
    message:
      topic: limits/mqtt/in
      payload: x
      correlation-data: {{ base64: *bytes }}
    expect:
      outcome: delivered
      correlation-data: {{ base64: *bytes }}
"""


def lines(text, length):
    return [text[at : at + length] for at in range(0, len(text), length)]


def letters(count):
    """Text of `count` UTF-8 bytes in double quotes, over several lines."""
    text = LETTER * (count // 4) + "abc"[: count % 4]
    assert len(text.encode()) == count
    return '"\\\n' + "\\\n".join("            " + line for line in lines(text, 100)) + '"'


def encoded(count):
    # 0xff never stands in UTF-8.
    data = bytes(index % 256 for index in range(count - 1)) + b"\xff"
    return ">-\n" + "\n".join("            " + line for line in lines(base64.b64encode(data).decode(), 100))


with open("cases.yaml", "w", encoding="utf-8") as file:
    file.write(HEAD)
    file.write(KAFKA_TO_MQTT.format(fits=letters(MOST), too_long=letters(MOST + 1)))
    file.write(FROM_MQTT.format(data=encoded(MOST)))
