// Grafana's generated Go client manages people: people http://127.0.0.1:8787
package main

import (
	"fmt"
	"net/url"
	"os"
	"strconv"

	"github.com/go-openapi/strfmt"
	goapi "github.com/grafana/grafana-openapi-client-go/client"
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
