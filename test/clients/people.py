"""grafana-client manages people: people.py http://127.0.0.1:8787"""

import sys

from grafana_client import GrafanaApi
from grafana_client.client import GrafanaClientError
from grafana_client.model import PersonalPreferences

url = sys.argv[1]
host = url.removeprefix("http://")
admin = GrafanaApi.from_url(f"http://admin:admin@{host}")


def refused(status: int, call, *args) -> None:
    try:
        call(*args)
    except GrafanaClientError as error:
        assert error.status_code == status, error
    else:
        raise AssertionError(f"{call.__name__} was not refused")


assert admin.version == "9.3.2", admin.version

ann = admin.admin.create_user({"name": "Ann", "email": "ann@example.org", "login": "ann", "password": "ann-secret"})["id"]
refused(412, admin.admin.create_user, {"login": "ann", "password": "other"})
assert admin.users.find_user("ann@example.org")["id"] == ann
assert admin.users.get_user(ann)["isGrafanaAdmin"] is False
assert {user["login"] for user in admin.users.search_users()} == {"admin", "ann"}
assert admin.users.update_user(ann, {"name": "Anna", "login": "ann", "email": "ann@example.org"})["message"] == "User updated"
admin.admin.change_user_permissions(ann, True)
assert admin.users.get_user(ann)["isGrafanaAdmin"] is True
admin.admin.change_user_permissions(ann, False)
admin.admin.change_user_password(ann, "second-secret")

me = GrafanaApi.from_url(f"http://ann:second-secret@{host}")
assert me.user.get_actual_user()["name"] == "Anna"
refused(403, me.users.search_users)
assert [org["role"] for org in me.user.get_actual_user_organisations()] == ["Viewer"]

org = admin.organization.create_organization({"name": "Second Org"})["orgId"]
assert admin.organization.find_organization("Second Org")["id"] == org
assert [o["id"] for o in admin.organizations.list_organization()] == [1, org]
admin.organizations.organization_user_add(org, {"loginOrEmail": "ann", "role": "Viewer"})
admin.organizations.organization_user_update(org, ann, "Editor")
members = {user["login"]: user["role"] for user in admin.organizations.organization_user_list(org)}
assert members == {"admin": "Admin", "ann": "Editor"}, members
me.user.switch_actual_user_organisation(org)
assert me.organization.get_current_organization()["name"] == "Second Org"
me.user.switch_actual_user_organisation(1)
admin.organizations.update_organization(org, {"name": "Renamed"})
admin.organizations.organization_user_delete(org, ann)
admin.organizations.delete_organization(org)
assert {u["login"] for u in admin.organization.get_current_organization_users()} == {"admin", "ann"}

team = admin.teams.add_team({"name": "Team A", "email": "a@example.org"})["teamId"]
assert admin.teams.get_team_by_name("Team A")[0]["id"] == team
admin.teams.add_team_member(team, ann)
assert {m["login"] for m in admin.teams.get_team_members(team)} == {"admin", "ann"}
assert [t["name"] for t in me.user.get_actual_user_teams()] == ["Team A"]
admin.teams.update_team(team, {"name": "Team B", "email": "b@example.org"})
assert admin.teams.get_team(team)["name"] == "Team B"
admin.teams.update_preferences(team, PersonalPreferences(theme="light"))
assert admin.teams.get_preferences(team)["theme"] == "light"
admin.teams.remove_team_member(team, ann)
admin.teams.delete_team(team)
refused(404, admin.teams.get_team, team)

me.user.update_preferences(PersonalPreferences(theme="dark", timezone="utc"))
me.user.patch_preferences(PersonalPreferences(weekStart="monday"))
preferences = me.user.get_preferences()
assert (preferences["theme"], preferences["timezone"], preferences["weekStart"]) == ("dark", "utc", "monday"), preferences
admin.organization.update_preferences(PersonalPreferences(theme="light"))
assert admin.organization.get_preferences()["theme"] == "light"

account = admin.serviceaccount.create({"name": "robot", "role": "Viewer"})
assert admin.serviceaccount.get(account["id"])["name"] == "robot"
admin.serviceaccount.update(account["id"], {"name": "android", "role": "Admin", "serviceAccountId": account["id"]})
assert admin.serviceaccount.search_one("android")["id"] == account["id"]
token = admin.serviceaccount.create_token(account["id"], {"name": "key", "role": "Viewer"})
robot = GrafanaApi.from_url(url, credential=token["key"])
assert robot.organization.get_current_organization()["id"] == 1
refused(404, robot.user.get_actual_user)
assert [t["id"] for t in admin.serviceaccount.get_tokens(account["id"])] == [token["id"]]
admin.serviceaccount.delete_token(account["id"], token["id"])
refused(401, robot.organization.get_current_organization)
admin.serviceaccount.delete(account["id"])

admin.admin.set_user_enabled(ann, False)
refused(401, me.user.get_actual_user)
admin.admin.set_user_enabled(ann, True)
me.user.change_actual_user_password("second-secret", "third-secret")
refused(401, me.user.get_actual_user)
admin.admin.delete_user(ann)
refused(404, admin.users.get_user, ann)
