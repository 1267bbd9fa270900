"""Manages people over real HTTP, as a script of yours would: python3 test/e2e/people.py [http://localhost:8787]

Against a running `npm run dev`; needs Python's requests. Every step says what it expects, so the first surprise stops it.
"""

import sys
import uuid

import requests

base = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8787"
run = uuid.uuid4().hex[:8]
admin = ("admin", "admin")
ann, bob = f"ann-{run}", f"bob-{run}"


def expect(answer: requests.Response, status: int, **fields: object) -> dict:
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    body = answer.json()
    for key, value in fields.items():
        assert body[key] == value, f"{answer.url}: {key} is {body[key]!r}, not {value!r}"
    return body


def call(method: str, path: str, auth=admin, **more) -> requests.Response:
    return requests.request(method, base + path, auth=auth, timeout=30, **more)


ids = {}
for login in (ann, bob):
    new = {"login": login, "email": f"{login}@example.org", "name": login, "password": "first password"}
    ids[login] = expect(call("POST", "/api/admin/users", json=new), 200, message="User created")["id"]
expect(call("POST", "/api/admin/users", json={"login": ann.upper(), "password": "other"}), 412)

org = expect(call("POST", "/api/orgs", json={"name": f"Org {run}"}), 200, message="Organization created")["orgId"]
expect(
    call("POST", f"/api/orgs/{org}/users", json={"loginOrEmail": ann, "role": "Editor"}),
    200,
    message="User added to organization",
    userId=ids[ann],
)
team = expect(call("POST", "/api/teams", json={"name": f"Team {run}"}), 200, message="Team created")["teamId"]
expect(call("POST", f"/api/teams/{team}/members", json={"userId": ids[ann]}), 200, message="Member added to Team")

phone, desk = requests.Session(), requests.Session()
for session in (phone, desk):
    sign_in = {"user": ann, "password": "first password"}
    expect(session.post(f"{base}/login", json=sign_in, timeout=30), 200, message="Logged in")
expect(phone.get(f"{base}/api/user", timeout=30), 200, login=ann, orgId=1)

tokens = desk.get(f"{base}/api/user/auth-tokens", timeout=30).json()
assert [token["isActive"] for token in tokens] == [False, True], tokens
assert tokens[0]["browser"] == "python-requests", tokens
revoke = {"authTokenId": tokens[0]["id"]}
expect(desk.post(f"{base}/api/user/revoke-auth-token", json=revoke, timeout=30), 200, message="User auth token revoked")
expect(phone.get(f"{base}/api/user", timeout=30), 401, message="Unauthorized")
expect(desk.get(f"{base}/api/user", timeout=30), 200, login=ann)

dashboard = {"dashboard": {"title": f"Dashboard {run}", "uid": f"dash-{run}"}}
starred = expect(call("POST", "/api/dashboards/db", json=dashboard), 200, uid=f"dash-{run}")["id"]
for method, message in (("POST", "Dashboard starred!"), ("DELETE", "Dashboard unstarred")):
    expect(desk.request(method, f"{base}/api/user/stars/dashboard/{starred}", timeout=30), 200, message=message)
    assert desk.get(f"{base}/api/user/stars", timeout=30).json() == ([f"dash-{run}"] if method == "POST" else [])

assert [t["name"] for t in desk.get(f"{base}/api/user/teams", timeout=30).json()] == [f"Team {run}"]
expect(desk.post(f"{base}/api/user/using/{org}", timeout=30), 200, message="Active organization changed")
expect(desk.get(f"{base}/api/user", timeout=30), 200, orgId=org)
expect(desk.post(f"{base}/api/user/using/1", timeout=30), 200)
expect(call("POST", f"/api/user/using/{org}", auth=(bob, "first password")), 401, message="Not a valid organization")

change = {"oldPassword": "first password", "newPassword": "second password", "confirmNew": "second password"}
expect(desk.put(f"{base}/api/user/password", json=change, timeout=30), 200, message="User password changed")
expect(desk.get(f"{base}/api/user", timeout=30), 200, login=ann)
expect(call("GET", "/api/user", auth=(ann, "first password")), 401, message="invalid username or password")
expect(call("GET", "/api/user", auth=(ann, "second password")), 200, login=ann)

key = expect(desk.post(f"{base}/api/user/tokens", json={"name": "script"}, timeout=30), 200)["key"]
expect(requests.get(f"{base}/api/user", headers={"Authorization": f"Bearer {key}"}, timeout=30), 200, login=ann)

for login in (ann, bob):
    expect(call("DELETE", f"/api/admin/users/{ids[login]}"), 200, message="User deleted")
expect(desk.get(f"{base}/api/user", timeout=30), 401)
expect(requests.get(f"{base}/api/user", headers={"Authorization": f"Bearer {key}"}, timeout=30), 401)
print("people.py: everything as expected")
