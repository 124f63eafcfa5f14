"""Asks other engines the questions of a file, and prints one JSON object an engine.

The file is written by `postern-benchmarks`: either `{"cedar": {"policies", "entities", "questions"}}`, which only Cedar
answers, or `{"policies", "groups", "questions"}`, from which each engine's own language is written here. Policies and
data are parsed before anything is timed, wherever an engine allows it.
"""

import json
import statistics
import sys
import time
from importlib.metadata import version

REPETITIONS = 5


def measure(engine, package, questions, ask, own=None):
    """Times every question; `ask` gives whether it is allowed, and `own` what the engine says that it took."""
    times, own_times, wrong = [], [], 0
    for repetition in range(REPETITIONS):
        for question in questions:
            start = time.perf_counter_ns()
            answer = ask(question)
            times.append(time.perf_counter_ns() - start)
            if own is not None:
                own_times.append(own())
            # Every answer is compared, not only those of the first round.
            wrong += answer != question["allowed"]
    result = {
        "engine": f"{engine} {version(package)}",
        "nanoseconds": statistics.median(times),
        "questions": len(questions),
        "wrong": wrong,
    }
    if own_times:
        # Whole microseconds: their mean says more than their median.
        result["ownNanoseconds"] = statistics.mean(own_times) * 1000
    print(json.dumps(result), flush=True)


def cedar(policies, entities, questions):
    import cedarpy

    policy_set = cedarpy.PolicySet.from_str(policies)
    known = cedarpy.Entities.from_json_str(json.dumps(entities))
    last = None

    def ask(question):
        nonlocal last
        request = {name: question[name] for name in ("principal", "action", "resource")}
        request["context"] = question.get("context", {})
        last = cedarpy.is_authorized(request, policy_set, known)
        return last.allowed

    measure("cedarpy", "cedarpy", questions, ask, own=lambda: last.metrics["authz_duration_micros"])


def company_in_cedar(company):
    def statement(policy):
        actions = ", ".join(f'Action::"{action}"' for action in policy["actions"])
        tests = [f'resource.name like "{policy["prefix"]}*"']
        if policy["environment"] != "*":
            tests.append(f'context.environment == "{policy["environment"]}"')
        return (
            f'permit (principal in Group::"{policy["group"]}", action in [{actions}], resource)'
            f' when {{ {" && ".join(tests)} }};'
        )

    def entity(kind, name, attributes=None, parents=()):
        return {"uid": {"type": kind, "id": name}, "attrs": attributes or {}, "parents": list(parents)}

    groups = {group for names in company["groups"].values() for group in names}
    entities = [entity("Group", group) for group in sorted(groups)]
    for user, names in company["groups"].items():
        entities.append(entity("User", user, parents=[{"type": "Group", "id": group} for group in names]))
    for name in sorted({question["resource"] for question in company["questions"]}):
        entities.append(entity("Report", name, {"name": name}))
    questions = [
        {
            "principal": f'User::"{question["principal"]}"',
            "action": f'Action::"{question["action"]}"',
            "resource": f'Report::"{question["resource"]}"',
            "context": {"environment": question["environment"]},
            "allowed": question["allowed"],
        }
        for question in company["questions"]
    ]
    cedar("\n".join(statement(policy) for policy in company["policies"]), entities, questions)


CASBIN_MODEL = """
[request_definition]
r = sub, obj, act, env
[policy_definition]
p = sub, obj, act, env
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && keyMatch(r.obj, p.obj) && regexMatch(r.act, p.act) && (p.env == "*" || r.env == p.env)
"""


def company_in_casbin(company):
    import casbin

    model = casbin.Enforcer.new_model(text=CASBIN_MODEL)
    enforcer = casbin.Enforcer(model)
    for policy in company["policies"]:
        actions = "^(" + "|".join(policy["actions"]) + ")$"
        enforcer.add_policy(policy["group"], policy["prefix"] + "*", actions, policy["environment"])
    for user, names in company["groups"].items():
        for group in names:
            enforcer.add_grouping_policy(user, group)

    def ask(question):
        return enforcer.enforce(
            question["principal"], question["resource"], question["action"], question["environment"]
        )

    measure("casbin", "casbin", company["questions"], ask)


REGO_MODULE = """package authz

import rego.v1

default allow := false

allow if {
    some policy in data.policies
    policy.group in data.groups[input.principal]
    input.action in policy.actions
    startswith(input.resource, policy.prefix)
    policy.environment in {"*", input.environment}
}
"""


def company_in_rego(company):
    import regopy

    interpreter = regopy.Interpreter()
    interpreter.add_module("authz", REGO_MODULE)
    interpreter.add_data({"policies": company["policies"], "groups": company["groups"]})
    bundle = interpreter.build(None, ["authz/allow"])
    # An interpreted engine of milliseconds a call: fewer questions, so that a run ends.
    questions = company["questions"][:40]

    def ask(question):
        members = ("principal", "action", "resource", "environment")
        interpreter.set_input({name: question[name] for name in members})
        return interpreter.query_bundle_entrypoint(bundle, "authz/allow")[0][0] is True

    measure("regopy", "regopy", questions, ask)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        work = json.load(file)
    if "cedar" in work:
        cedar(work["cedar"]["policies"], work["cedar"]["entities"], work["cedar"]["questions"])
        return
    company_in_cedar(work)
    company_in_casbin(work)
    company_in_rego(work)


if __name__ == "__main__":
    main()
