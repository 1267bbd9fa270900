// Grafana's generated Go client manages people: people http://127.0.0.1:8787
package main

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"

	"github.com/go-openapi/strfmt"
	goapi "github.com/grafana/grafana-openapi-client-go/client"
	"github.com/grafana/grafana-openapi-client-go/client/access_control"
	"github.com/grafana/grafana-openapi-client-go/client/orgs"
	"github.com/grafana/grafana-openapi-client-go/client/service_accounts"
	"github.com/grafana/grafana-openapi-client-go/client/teams"
	"github.com/grafana/grafana-openapi-client-go/client/users"
	"github.com/grafana/grafana-openapi-client-go/models"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func equal[T comparable](what string, got, want T) {
	if got != want {
		must(fmt.Errorf("%s is %v, not %v", what, got, want))
	}
}

// refused stops unless there is an error: the generated client has a type for each status.
func refused[T error](err error) {
	if _, ok := err.(T); !ok {
		must(fmt.Errorf("expected another refusal than %T: %v", err, err))
	}
}

func main() {
	address, err := url.Parse(os.Args[1])
	must(err)
	as := func(login, password string) *goapi.GrafanaHTTPAPI {
		return goapi.NewHTTPClientWithConfig(strfmt.Default, &goapi.TransportConfig{
			Host: address.Host, BasePath: "/api", Schemes: []string{"http"}, BasicAuth: url.UserPassword(login, password),
		})
	}
	admin := as("admin", "admin")

	made, err := admin.AdminUsers.AdminCreateUser(&models.AdminCreateUserForm{
		Login: "ann", Email: "ann@example.org", Name: "Ann", Password: "ann-secret", OrgID: 1,
	})
	must(err)
	ann := made.Payload.ID
	_, err = admin.AdminUsers.AdminCreateUser(&models.AdminCreateUserForm{Login: "ANN", Password: "other"})
	if err == nil {
		must(fmt.Errorf("a taken name was not refused"))
	}
	found, err := admin.Users.GetUserByLoginOrEmail("ann@example.org")
	must(err)
	equal("the id", found.Payload.ID, ann)
	_, err = admin.Users.UpdateUser(ann, &models.UpdateUserCommand{Login: "ann", Email: "ann@example.org", Name: "Anna"})
	must(err)
	user, err := admin.Users.GetUserByID(ann)
	must(err)
	equal("the name", user.Payload.Name, "Anna")
	listed, err := admin.Users.SearchUsers(users.NewSearchUsersParams())
	must(err)
	equal("users", len(listed.Payload), 2)
	_, err = admin.AdminUsers.AdminUpdateUserPermissions(ann, &models.AdminUpdateUserPermissionsForm{IsGrafanaAdmin: true})
	must(err)
	_, err = admin.AdminUsers.AdminUpdateUserPermissions(ann, &models.AdminUpdateUserPermissionsForm{})
	must(err)
	_, err = admin.AdminUsers.AdminUpdateUserPassword(ann, &models.AdminUpdateUserPasswordForm{Password: "second-secret"})
	must(err)
	me := as("ann", "second-secret")
	self, err := me.SignedInUser.GetSignedInUser()
	must(err)
	equal("the login", self.Payload.Login, "ann")
	_, err = me.Users.SearchUsers(users.NewSearchUsersParams())
	refused[*users.SearchUsersForbidden](err)

	org, err := admin.Orgs.CreateOrg(&models.CreateOrgCommand{Name: "Second Org"})
	must(err)
	orgID := *org.Payload.OrgID
	byName, err := admin.Orgs.GetOrgByName("Second Org")
	must(err)
	equal("the org", byName.Payload.ID, orgID)
	_, err = admin.Orgs.AddOrgUser(orgID, &models.AddOrgUserCommand{LoginOrEmail: "ann", Role: "Viewer"})
	must(err)
	_, err = admin.Orgs.UpdateOrgUser(orgs.NewUpdateOrgUserParams().WithOrgID(orgID).WithUserID(ann).
		WithBody(&models.UpdateOrgUserCommand{Role: "Editor"}))
	must(err)
	members, err := admin.Orgs.GetOrgUsers(orgID)
	must(err)
	equal("members", len(members.Payload), 2)
	_, err = me.SignedInUser.UserSetUsingOrg(orgID)
	must(err)
	current, err := me.Org.GetCurrentOrg()
	must(err)
	equal("the current org", current.Payload.ID, orgID)
	_, err = me.SignedInUser.UserSetUsingOrg(1)
	must(err)
	_, err = admin.Orgs.RemoveOrgUser(ann, orgID)
	must(err)
	_, err = admin.Orgs.UpdateOrg(orgID, &models.UpdateOrgForm{Name: "Renamed"})
	must(err)
	_, err = admin.Orgs.DeleteOrgByID(orgID)
	must(err)
	_, err = admin.Orgs.GetOrgByName("Renamed")
	if err == nil {
		must(fmt.Errorf("the deleted org is still there"))
	}

	team, err := admin.Teams.CreateTeam(&models.CreateTeamCommand{Name: "Team A", Email: "a@example.org"})
	must(err)
	teamID := strconv.FormatInt(team.Payload.TeamID, 10)
	_, err = admin.Teams.AddTeamMember(teamID, &models.AddTeamMemberCommand{UserID: ann})
	must(err)
	name := "Team A"
	search, err := admin.Teams.SearchTeams(teams.NewSearchTeamsParams().WithName(&name))
	must(err)
	equal("teams", search.Payload.TotalCount, 1)
	on, err := admin.Teams.GetTeamMembers(teamID)
	must(err)
	equal("on the team", len(on.Payload), 2)
	_, err = admin.Teams.UpdateTeamPreferences(teamID, &models.UpdatePrefsCmd{Theme: "light"})
	must(err)
	preferences, err := admin.Teams.GetTeamPreferences(teamID)
	must(err)
	equal("the team's theme", preferences.Payload.Theme, "light")
	_, err = admin.Teams.RemoveTeamMember(ann, teamID)
	must(err)
	_, err = admin.Teams.UpdateTeam(teamID, &models.UpdateTeamCommand{Name: "Team B"})
	must(err)
	_, err = admin.Teams.DeleteTeamByID(teamID)
	must(err)
	_, err = admin.Teams.GetTeamByID(teamID)
	refused[*teams.GetTeamByIDNotFound](err)

	_, err = me.UserPreferences.UpdateUserPreferences(&models.UpdatePrefsCmd{Theme: "dark", Timezone: "utc"})
	must(err)
	own, err := me.UserPreferences.GetUserPreferences()
	must(err)
	equal("the theme", own.Payload.Theme, "dark")
	_, err = admin.OrgPreferences.UpdateOrgPreferences(&models.UpdatePrefsCmd{Theme: "light"})
	must(err)

	account, err := admin.ServiceAccounts.CreateServiceAccount(service_accounts.NewCreateServiceAccountParams().
		WithBody(&models.CreateServiceAccountForm{Name: "robot", Role: "Viewer"}))
	must(err)
	accountID := account.Payload.ID
	token, err := admin.ServiceAccounts.CreateToken(service_accounts.NewCreateTokenParams().
		WithServiceAccountID(accountID).WithBody(&models.AddServiceAccountTokenCommand{Name: "key"}))
	must(err)
	robot := goapi.NewHTTPClientWithConfig(strfmt.Default, &goapi.TransportConfig{
		Host: address.Host, BasePath: "/api", Schemes: []string{"http"}, APIKey: token.Payload.Key,
	})
	_, err = robot.Org.GetCurrentOrg()
	must(err)
	tokens, err := admin.ServiceAccounts.ListTokens(accountID)
	must(err)
	equal("tokens", len(tokens.Payload), 1)
	_, err = admin.ServiceAccounts.DeleteToken(token.Payload.ID, accountID)
	must(err)
	if _, err = robot.Org.GetCurrentOrg(); err == nil {
		must(fmt.Errorf("a deleted token still opens"))
	}
	_, err = admin.ServiceAccounts.DeleteServiceAccount(accountID)
	must(err)

	manageRoles(admin, me, ann)

	_, err = admin.AdminUsers.AdminDisableUser(ann)
	must(err)
	if _, err = me.SignedInUser.GetSignedInUser(); err == nil {
		must(fmt.Errorf("a disabled user is still let in"))
	}
	_, err = admin.AdminUsers.AdminEnableUser(ann)
	must(err)
	_, err = admin.AdminUsers.AdminDeleteUser(ann)
	must(err)
	_, err = admin.Users.GetUserByID(ann)
	refused[*users.GetUserByIDNotFound](err)
}

// manageRoles makes a role, gives it in every way that the client knows, and takes it away again.
func manageRoles(admin, me *goapi.GrafanaHTTPAPI, ann int64) {
	reading := []*models.Permission{{Action: "users:read", Scope: "global.users:*"}}
	made, err := admin.AccessControl.CreateRole(&models.CreateRoleForm{
		UID: "reader", Name: "custom:reader", DisplayName: "Reader", Version: 1, Global: true, Permissions: reading,
	})
	must(err)
	equal("the role", made.Payload.UID, "reader")
	changed, err := admin.AccessControl.UpdateRole("reader", &models.UpdateRoleCommand{
		Name: "custom:reader", DisplayName: "User reader", Version: 2, Global: true, Permissions: reading,
	})
	must(err)
	equal("its version", changed.Payload.Version, 2)
	role, err := admin.AccessControl.GetRole("reader")
	must(err)
	equal("its name", role.Payload.DisplayName, "User reader")
	equal("its permissions", role.Payload.Permissions[0].Action, "users:read")
	roles, err := admin.AccessControl.ListRoles(access_control.NewListRolesParams())
	must(err)
	equal("the role in the list", slices.ContainsFunc(roles.Payload, isReader), true)
	_, err = admin.AccessControl.GetRole("nobody")
	if err == nil {
		must(fmt.Errorf("an unknown role was found"))
	}

	reads := func() bool {
		_, err := me.Users.SearchUsers(users.NewSearchUsersParams())
		return err == nil
	}
	equal("ann before", reads(), false)
	_, err = admin.AccessControl.AddUserRole(ann, &models.AddUserRoleCommand{RoleUID: "reader"})
	must(err)
	equal("ann with the role", reads(), true)
	held, err := admin.AccessControl.ListUserRoles(ann)
	must(err)
	equal("ann's roles", len(held.Payload), 1)
	_, err = me.AccessControl.AddUserRole(ann, &models.AddUserRoleCommand{RoleUID: "reader"})
	refused[*access_control.AddUserRoleForbidden](err)
	_, err = admin.AccessControl.RemoveUserRole(access_control.NewRemoveUserRoleParams().WithUserID(ann).WithRoleUID("reader"))
	must(err)
	equal("ann without the role", reads(), false)
	_, err = admin.AccessControl.SetUserRoles(ann, &models.SetUserRolesCommand{RoleUids: []string{"reader"}, Global: true})
	must(err)
	equal("ann with the role everywhere", reads(), true)
	many, err := admin.AccessControl.ListUsersRoles(&models.RolesSearchQuery{UserIds: []int64{ann, 1}})
	must(err)
	equal("users asked about", len(many.Payload), 2)
	equal("ann's role among them", isReader(&many.Payload[strconv.FormatInt(ann, 10)][0]), true)
	_, err = admin.AccessControl.SetUserRoles(ann, &models.SetUserRolesCommand{Global: true})
	must(err)
	equal("ann with no role", reads(), false)

	team, err := admin.Teams.CreateTeam(&models.CreateTeamCommand{Name: "Readers"})
	must(err)
	teamID := team.Payload.TeamID
	_, err = admin.Teams.AddTeamMember(strconv.FormatInt(teamID, 10), &models.AddTeamMemberCommand{UserID: ann})
	must(err)
	_, err = admin.AccessControl.AddTeamRole(teamID, &models.AddTeamRoleCommand{RoleUID: "reader"})
	must(err)
	equal("ann on the team", reads(), true)
	// Its ListTeamRoles expects a message instead of Grafana's list, and its SetTeamRoles sends no body.
	ofTeams, err := admin.AccessControl.ListTeamsRoles(&models.RolesSearchQuery{TeamIds: []int64{teamID}})
	must(err)
	equal("teams asked about", len(ofTeams.Payload), 1)
	_, err = admin.AccessControl.RemoveTeamRole(teamID, "reader")
	must(err)
	equal("ann on a team without roles", reads(), false)
	_, err = admin.AccessControl.RemoveTeamRole(teamID, "reader")
	refused[*access_control.RemoveTeamRoleNotFound](err)

	account, err := admin.ServiceAccounts.CreateServiceAccount(service_accounts.NewCreateServiceAccountParams().
		WithBody(&models.CreateServiceAccountForm{Name: "reader", Role: "Viewer"}))
	must(err)
	set, err := admin.AccessControl.SetRoleAssignments("reader", &models.SetRoleAssignmentsCommand{
		Users: []int64{ann}, Teams: []int64{teamID}, ServiceAccounts: []int64{account.Payload.ID},
	})
	must(err)
	equal("users who were given it", len(set.Payload.Users), 1)
	assigned, err := admin.AccessControl.GetRoleAssignments("reader")
	must(err)
	equal("the user", assigned.Payload.Users[0], ann)
	equal("the team", assigned.Payload.Teams[0], teamID)
	equal("the service account", assigned.Payload.ServiceAccounts[0], account.Payload.ID)
	_, err = admin.AccessControl.SetRoleAssignments("reader", &models.SetRoleAssignmentsCommand{Users: []int64{999}})
	refused[*access_control.SetRoleAssignmentsNotFound](err)

	deletion := access_control.NewDeleteRoleParams().WithRoleUID("reader")
	_, err = admin.AccessControl.DeleteRole(deletion)
	refused[*access_control.DeleteRoleBadRequest](err)
	force := true
	_, err = admin.AccessControl.DeleteRole(deletion.WithForce(&force))
	must(err)
	_, err = admin.AccessControl.GetRole("reader")
	if err == nil {
		must(fmt.Errorf("the deleted role is still there"))
	}
	equal("ann at the end", reads(), false)
	_, err = admin.ServiceAccounts.DeleteServiceAccount(account.Payload.ID)
	must(err)
	_, err = admin.Teams.DeleteTeamByID(strconv.FormatInt(teamID, 10))
	must(err)
}

func isReader(role *models.RoleDTO) bool { return role.UID == "reader" }
