#!/usr/bin/env bash
# The documentation's way: curl, credentials in the URL, JSON by hand. people.sh http://127.0.0.1:8787
set -euo pipefail

host="${1#http://}"
admin="http://admin:admin@$host"

# expect STATUS TEXT METHOD URL [BODY]: the status, and a text that the answer holds.
expect() {
  local status="$1" text="$2" method="$3" url="$4" answer
  local args=(-s -X "$method" -w '\n%{http_code}' "$url")
  if [ $# -gt 4 ]; then args+=(-H 'Content-Type: application/json' -d "$5"); fi
  answer="$(curl "${args[@]}")"
  if [ "${answer##*$'\n'}" != "$status" ] || [[ "$answer" != *"$text"* ]]; then
    echo "$method $url: expected $status with $text, got: $answer" >&2
    exit 1
  fi
}

# The number behind "key" in an answer.
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }

expect 200 '"database": "ok"' GET "$admin/api/health"
expect 200 'User created' POST "$admin/api/admin/users" '{"name":"Ann","email":"ann@example.org","login":"ann","password":"ann-secret","OrgId":1}'
expect 412 'already exists' POST "$admin/api/admin/users" '{"login":"ANN","password":"ann-secret"}'
expect 200 '"login":"ann"' GET "$admin/api/users/lookup?loginOrEmail=ann@example.org"
expect 200 'User updated' PUT "$admin/api/users/2" '{"name":"Anna","email":"ann@example.org","login":"ann","theme":"light"}'
expect 200 '"name":"Anna"' GET "http://ann:ann-secret@$host/api/user"
expect 200 'User permissions updated' PUT "$admin/api/admin/users/2/permissions" '{"isGrafanaAdmin":true}'
expect 200 'User permissions updated' PUT "$admin/api/admin/users/2/permissions" '{}'

expect 200 'Organization created' POST "$admin/api/orgs" '{"name":"Second Org"}'
expect 409 'Organization name taken' POST "$admin/api/orgs" '{"name":"Second Org"}'
expect 200 '"id":2' GET "$admin/api/orgs/name/Second%20Org"
expect 200 'Organization updated' PUT "$admin/api/orgs/2" '{"name":"Renamed"}'
expect 200 'User added to organization' POST "$admin/api/orgs/2/users" '{"loginOrEmail":"ann","role":"Viewer"}'
expect 200 'Organization user updated' PATCH "$admin/api/orgs/2/users/2" '{"role":"Editor"}'
expect 200 '"role":"Editor"' GET "$admin/api/orgs/2/users"
expect 200 'User removed from organization' DELETE "$admin/api/orgs/2/users/2"
expect 200 'Organization deleted' DELETE "$admin/api/orgs/2"
expect 200 '"name":"Main Org."' GET "$admin/api/org/"

expect 200 'Team created' POST "$admin/api/teams" '{"name":"Team A","email":"a@example.org"}'
expect 200 '"totalCount":1' GET "$admin/api/teams/search?name=Team%20A"
expect 200 'Member added to Team' POST "$admin/api/teams/1/members" '{"userId":2}'
expect 200 '"login":"ann"' GET "$admin/api/teams/1/members"
expect 200 'Team roles have been updated.' PUT "$admin/api/access-control/teams/1/roles" '{"roleUids":["fixed_buZastUG3reWyQpPemcWjGqPAd0"]}'
expect 200 '"name":"fixed:users:reader"' GET "$admin/api/access-control/teams/1/roles"
expect 200 '"login":"admin"' GET "http://ann:ann-secret@$host/api/users/1"
expect 200 'Team updated' PUT "$admin/api/teams/1" '{"name":"Team B","email":"b@example.org"}'
expect 200 'Team Member removed' DELETE "$admin/api/teams/1/members/2"
expect 200 'Team deleted' DELETE "$admin/api/teams/1"

expect 200 'Preferences updated' PUT "$admin/api/user/preferences" '{"theme":"dark","timezone":"utc"}'
expect 200 '"theme":"dark"' GET "$admin/api/user/preferences"
expect 200 'Preferences updated' PATCH "$admin/api/org/preferences" '{"weekStart":"monday"}'

account="$(curl -s -H 'Content-Type: application/json' -d '{"name":"robot","role":"Viewer"}' "$admin/api/serviceaccounts" | number id)"
token="$(curl -s -H 'Content-Type: application/json' -d '{"name":"key"}' "$admin/api/serviceaccounts/$account/tokens" | sed -n 's/.*"key":"\([^"]*\)".*/\1/p')"
[ "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "http://$host/api/org")" = 200 ]
expect 200 'Service account deleted' DELETE "$admin/api/serviceaccounts/$account"
[ "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "http://$host/api/org")" = 401 ]

jar="$(mktemp)"
curl -s -c "$jar" -H 'Content-Type: application/json' -d '{"user":"ann","password":"ann-secret"}' "http://$host/login" >/dev/null
[[ "$(curl -s -b "$jar" "http://$host/api/user/auth-tokens")" == *'"isActive":true'* ]]
expect 200 'User logged out' POST "$admin/api/admin/users/2/logout"
[ "$(curl -s -b "$jar" -o /dev/null -w '%{http_code}' "http://$host/api/user")" = 401 ]
rm "$jar"

expect 200 'User disabled' POST "$admin/api/admin/users/2/disable"
expect 401 'invalid username or password' GET "http://ann:ann-secret@$host/api/user"
expect 200 'User enabled' POST "$admin/api/admin/users/2/enable"
expect 200 'User deleted' DELETE "$admin/api/admin/users/2"
expect 404 'user not found' GET "$admin/api/users/2"
