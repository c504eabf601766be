"""Checks deploy/monitoring against the sources: no panel and no alert is about a number that nobody counts. To be run by
scripts/deploy.sh, with PyYAML.

- Every number in the dashboard, the rules and their tests is counted in the sources, with the labels asked for and,
  where they are words, values that stand in the sources.
- Every panel has a title, a sentence on what it shows, and an expression; no data source is named by its id.
- Every alert has a severity, a summary, a description, and a section of docs/operations.md as its runbook; its name
  stands in that page's table; a test shows it firing, and another one quiet.

`monitoring.py FILE` also writes the dashboard's expressions to FILE as rules, for promtool to parse.
"""

import json
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [path for part in ("core", "api", "worker") for path in sorted((ROOT / part / "src").rglob("*.rs"))]
# What Prometheus itself knows of a process it scrapes.
PROMETHEUS_OWN = {"up"}
TARGET_LABELS = {"job", "instance"}
# Words of the language that are neither functions (a bracket follows) nor numbers.
WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool"}
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
wrong = []


def complain(where, what):
    wrong.append(f"{where}: {what}")


def counted():
    """Every number's name as Prometheus sees it → its labels; and every string of the sources."""
    numbers, strings = {}, set()
    call = re.compile(r'(counter|gauge|histogram)!\(\s*"(\w+)"(.*?)\)\s*\.(?:increment|absolute|set|record)', re.DOTALL)
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        strings.update(re.findall(r'"([^"\\\n]*)"', text))
        for kind, name, rest in call.findall(text):
            labels = set(re.findall(r'"(\w+)"\s*=>', rest))
            for variable in re.findall(r"&(\w+)", rest):
                found = re.search(rf"let {variable}\s*=\s*\[(.*?)\];", text, re.DOTALL)
                if not found:
                    complain(path.relative_to(ROOT), f"the labels of {name} could not be read")
                    continue
                labels.update(re.findall(r'\("(\w+)",', found[1]))
            if kind == "histogram":
                numbers.setdefault(f"{name}_bucket", set()).update(labels | {"le"})
                numbers.setdefault(f"{name}_sum", set()).update(labels)
                numbers.setdefault(f"{name}_count", set()).update(labels)
            else:
                numbers.setdefault(name, set()).update(labels)
    return numbers, strings


NUMBERS, STRINGS = counted()


def labels_of(name):
    return TARGET_LABELS | NUMBERS.get(name, set())


def check_expression(where, text):
    for name, matchers in SELECTOR.findall(text):
        if name not in NUMBERS and name not in PROMETHEUS_OWN:
            continue  # told below
        for label, operator, value in MATCHER.findall(matchers):
            if label not in labels_of(name):
                complain(where, f"{name} has no label {label}")
            elif label in TARGET_LABELS or operator in ("!=", "!~"):
                continue
            else:
                # a pattern like "5.." proves nothing either way
                for word in value.split("|"):
                    if re.fullmatch(r"[a-z_]+", word) and word not in STRINGS | {"true", "false"}:
                        complain(where, f"no source says {label}={word}")
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    bare = re.sub(r"\[[^\]]*\]|\{[^}]*\}", " ", bare)
    groups = [label.strip() for inside in GROUPING.findall(bare) for label in inside.split(",") if label.strip()]
    bare = re.sub(r"\boffset\s+\w+", " ", GROUPING.sub(" ", bare))
    names = set(re.findall(r"(?<![\w.])[a-zA-Z_:][\w:]*(?![\w:])(?!\s*\()", bare)) - WORDS
    if not names:
        complain(where, "asks for no number at all")
    for name in names - NUMBERS.keys() - PROMETHEUS_OWN:
        complain(where, f"nobody counts {name}")
    for label in groups:
        if not any(label in labels_of(name) for name in names):
            complain(where, f"groups by {label}, which none of {', '.join(sorted(names))} has")


def check_dashboard(path):
    """The dashboard's expressions, as checked."""
    text = path.read_text(encoding="utf-8")
    try:
        board = json.loads(text)
    except ValueError as error:
        complain(path.name, f"is no JSON: {error}")
        return []
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    for name in ("datasource", "job", "instance"):
        if name not in variables:
            complain(path.name, f"has no variable {name}")
    for uid in set(re.findall(r'"uid":\s*"([^"]*)"', text)) - {board["uid"], "${datasource}"}:
        complain(path.name, f"names the data source {uid} instead of the variable")
    for variable in variables.values():
        for name in re.findall(r"label_values\((\w+)", str(variable.get("definition", ""))):
            if name not in NUMBERS:
                complain(path.name, f"nobody counts {name}")
    expressions, ids = [], set()
    for panel in board["panels"]:
        where = f"{path.name}, {panel.get('title') or 'panel ' + str(panel.get('id'))}"
        if not panel.get("title"):
            complain(where, "has no title")
        if panel["id"] in ids:
            complain(where, f"is the second with id {panel['id']}")
        ids.add(panel["id"])
        if panel["type"] == "row":
            continue
        # a sentence, not a word
        if not re.search(r"\w+ \w+ .*\w\.$", panel.get("description", "")):
            complain(where, "has no sentence that says what it shows")
        asked = [target.get("expr", "") for target in panel.get("targets", [])]
        if not any(asked):
            complain(where, "asks for nothing")
        for expression in filter(None, asked):
            check_expression(where, expression)
            for variable in re.findall(r"\$\{?(\w+)", expression):
                if variable not in variables and not variable.startswith("__"):
                    complain(where, f"there is no variable {variable}")
            expressions.append(expression)
    return expressions


def sections(page):
    """The anchors of a page's headings, as its readers' browsers know them."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_rules(path, tests_path):
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    anchors = {f"docs/operations.md#{anchor}" for anchor in sections(page)}
    rows = re.findall(r"^\| (`Bellbird.*?) \|", page, re.MULTILINE)
    told = {name: "(critical)" in row for row in rows for name in re.findall(r"Bellbird\w+", row)}
    alerts = [rule for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
    fires, quiet = set(), set()
    for test in yaml.safe_load(tests_path.read_text(encoding="utf-8"))["tests"]:
        for series in test["input_series"]:
            check_expression(tests_path.name, series["series"])
        for case in test["alert_rule_test"]:
            (fires if case["exp_alerts"] else quiet).add(case["alertname"])
    for rule in alerts:
        name = rule["alert"]
        where, words = f"{path.name}, {name}", rule.get("annotations", {})
        check_expression(where, rule["expr"])
        if rule.get("labels", {}).get("severity") not in ("critical", "warning"):
            complain(where, "has no severity, critical or warning")
        for part in ("summary", "description", "runbook"):
            if not words.get(part):
                complain(where, f"has no {part}")
        if words.get("runbook") not in anchors:
            complain(where, f"its runbook {words.get('runbook')} is no section of docs/operations.md")
        if name not in told:
            complain(where, "is not in the table of docs/operations.md")
        elif told[name] != (rule.get("labels", {}).get("severity") == "critical"):
            complain(where, "and the table of docs/operations.md differ in whether it is critical")
        if name not in fires:
            complain(where, f"{tests_path.name} never shows it firing")
        if name not in quiet:
            complain(where, f"{tests_path.name} never shows it quiet")
    for name in told.keys() - {rule["alert"] for rule in alerts}:
        complain("docs/operations.md", f"there is no alert {name}")
    return len(alerts)


def as_rules(expressions):
    """The dashboard's expressions as recording rules, with Grafana's variables filled in."""
    fill = {"$__rate_interval": "1m", "$job": ".+", "$instance": ".+"}
    rules = []
    for number, expression in enumerate(expressions):
        for variable, value in fill.items():
            expression = expression.replace(variable, value)
        rules.append({"record": f"panel:{number}", "expr": expression})
    return yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]})


def main():
    folder = ROOT / "deploy/monitoring"
    expressions = check_dashboard(folder / "bellbird.json")
    alerts = check_rules(folder / "alerts.yaml", folder / "alerts-test.yaml")
    if wrong:
        sys.exit("\n".join(f"deploy/monitoring: {line}" for line in wrong))
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(as_rules(expressions), encoding="utf-8")
    print(f"deploy/monitoring: {len(expressions)} expressions and {alerts} alerts ask only for what is counted")


main()
