"""Prints what Python's json module reads: for each line of standard input (base64 of a
file's bytes) one line, "error" or the value in the notation that json_python_test.go has
for parse.Node. It wrote the right-hand column of json_python.txt."""
import base64
import json
import sys


class Number(str):
    pass


class NonFinite(str):
    pass


def notation(value):
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, Number):
        return "#" + value
    if isinstance(value, NonFinite):
        return "!" + value
    if isinstance(value, str):
        return '"' + " ".join("%x" % ord(c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(notation, value)) + "]"
    return "{" + ",".join(notation(k) + ":" + notation(v) for k, v in value.items()) + "}"


for line in sys.stdin:
    try:
        text = base64.b64decode(line).decode("utf-8")
        print(notation(json.loads(text, parse_int=Number, parse_float=Number, parse_constant=NonFinite)))
    except ValueError:
        print("error")
