"""Keeps a run of schemathesis signed in and among things that exist, whatever it does to them; loaded by schemathesis.toml."""

import json
import os
import random
import re
from collections import Counter
from itertools import count

import requests
import schemathesis

URL = os.environ["ROLLCALL_URL"]
ROLE = os.environ["ROLLCALL_ROLE"]
TALLY = os.environ["ROLLCALL_TALLY"]

http = requests.Session()
chance = random.Random(int(os.environ["ROLLCALL_SEED"]))
numbers = count(1)
tally = Counter()


def send(auth, method, path, body=None):
    headers = {"Authorization": f"Bearer {auth}"} if isinstance(auth, str) else {}
    basic = None if isinstance(auth, str) else auth
    return http.request(method, URL + path, json=body, auth=basic, headers=headers, timeout=30)


class Refused(Exception):
    pass


def must(auth, method, path, body=None):
    answer = send(auth, method, path, body)
    if answer.status_code not in (200, 201):
        raise Refused(f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json()


def new_name():
    return f"fuzzed-{next(numbers)}"


def new_user(by, org):
    login = new_name()
    password = f"secret of {login}"
    made = must(by, "POST", "/api/admin/users", {"login": login, "password": password, "orgId": org})
    return made["id"], (login, password)


def new_actor(by, org, role):
    """A token of its own, not a password: a password costs the server a hash, and wrong ones lock it."""
    user, basic = new_user(by, org)
    must(by, "PATCH", f"/api/orgs/{org}/users/{user}", {"role": role})
    if role == "Admin":
        must(by, "PUT", f"/api/admin/users/{user}/permissions", {"isGrafanaAdmin": True})
    return must(basic, "POST", "/api/user/tokens", {"name": "fuzz"})["key"]


def furnish(by, org):
    """One thing of each kind, by what stands before its id in a path: what nobody made can only be not found."""
    name = new_name()
    user, _ = new_user(by, org)
    team = must(by, "POST", "/api/teams", {"name": name})["teamId"]
    machine = must(by, "POST", "/api/serviceaccounts", {"name": name, "role": "Viewer"})["id"]
    role = must(by, "POST", "/api/access-control/roles", {"name": f"custom:{name}", "global": False})["uid"]
    dashboard = must(by, "POST", "/api/dashboards/db", {"dashboard": {"title": name}})
    must(by, "POST", "/api/org/invites", {"loginOrEmail": f"{name}@example.org", "role": "Viewer"})
    must(by, "POST", f"/api/teams/{team}/members", {"userId": user})
    for owner in (f"users/{user}", f"teams/{team}", f"serviceaccounts/{machine}"):
        must(by, "POST", f"/api/access-control/{owner}/roles", {"roleUid": role})
    other = must(by, "POST", "/api/orgs", {"name": name})["orgId"]
    code = must(by, "GET", "/api/org/invites")[-1]["code"]
    return {
        "users": user,
        "members": user,
        "teams": team,
        "serviceaccounts": machine,
        "tokens": must(by, "POST", f"/api/serviceaccounts/{machine}/tokens", {"name": name})["id"],
        "keys": must(by, "POST", "/api/auth/keys", {"name": name, "role": "Viewer"})["id"],
        "roles": role,
        "dashboard": dashboard["id"],
        "uid": dashboard["uid"],
        "orgs": other,
        "using": other,
        "name": name,
        "invites": code,
        "invite": code,
    }


class Cast:
    """
    Who acts, on what, and a server admin beside that puts things right. An admin may delete, disable or demote itself,
    leave its org or delete that, or drop its token, any of which would make the rest of the run a row of refusals. No one
    request can do so to two accounts, and the last server admin stays by the server's own rule: so whoever of the two is
    left makes both anew, in a new org.
    """

    def __init__(self):
        self.renew(("admin", "admin"))

    def renew(self, by):
        self.org = must(by, "POST", "/api/orgs", {"name": new_name()})["orgId"]
        self.keeper = new_actor(by, self.org, "Admin")
        self.actor = new_actor(by, self.org, ROLE)
        self.things = furnish(self.keeper, self.org)

    def is_well(self, token, role):
        """In the org, and with all of the role: an admin is one of the org and of the server."""
        user = send(token, "GET", "/api/user")
        if user.status_code != 200 or user.json().get("orgId") != self.org:
            return False
        probes = ("/api/admin/stats", "/api/auth/keys") if role == "Admin" else ()
        return all(send(token, "GET", path).status_code == 200 for path in probes)

    def mend(self, case):
        # What a basic role gives is changed for everybody, and so for who acts.
        if case.operation.path.startswith("/api/access-control/roles"):
            send(self.keeper, "POST", "/api/access-control/roles/hard-reset", {"BasicRoles": True})
        keeper, actor = self.is_well(self.keeper, "Admin"), self.is_well(self.actor, ROLE)
        if not (keeper and actor):
            tally["renewed"] += 1
            self.renew(self.keeper if keeper else self.actor)
        elif case.method.upper() in ("DELETE", "PATCH"):
            self.things = furnish(self.keeper, self.org)


cast = Cast()


@schemathesis.auth(refresh_interval=None)
class Bearer:
    def get(self, case, context):
        return cast.actor

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def before_call(context, case, kwargs):
    if chance.random() < 0.7:
        stay_home(case)
    # Stateful runs bring ids of their own: what an earlier answer said.
    if case.meta is not None and case.meta.phase.name.value != "stateful":
        meet_things(case)


def stay_home(case):
    """An admin of one org is nobody in the others, where most requests would end that name one at random."""
    for container, name in ((case.headers, "X-Grafana-Org-Id"), (case.query, "targetOrgId")):
        if container and name in container:
            del container[name]


def meet_things(case):
    """Every other id in a path becomes that of a thing."""
    for segment, parameter in re.findall(r"([^/]+)/\{(\w+)\}", case.operation.path):
        if segment in cast.things and parameter in (case.path_parameters or {}) and chance.random() < 0.5:
            case.path_parameters[parameter] = cast.things[segment]


@schemathesis.hook
def after_call(context, case, response):
    tally["cases"] += 1
    tally[f"{response.status_code // 100}xx"] += 1
    if case.method.upper() != "GET" and response.status_code in (200, 201):
        cast.mend(case)
    with open(TALLY, "w", encoding="utf-8") as file:
        json.dump(tally, file)
