package airbyte

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// Credentials are a token, a user with a password, or a client with its secret; none
// for a server that asks for none, as behind a port-forward.
type Credentials struct {
	Token              string
	Username, Password string
	ClientID, Secret   string
}

// CredentialsFrom reads them from the environment: AIRBYTE_TOKEN, AIRBYTE_USERNAME
// and AIRBYTE_PASSWORD, or AIRBYTE_CLIENT_ID and AIRBYTE_CLIENT_SECRET; each can be
// the name of a file that holds it, with _FILE appended.
func CredentialsFrom(env func(string) string) (Credentials, error) {
	var c Credentials
	for _, variable := range []struct {
		name string
		to   *string
	}{
		{"AIRBYTE_TOKEN", &c.Token},
		{"AIRBYTE_USERNAME", &c.Username},
		{"AIRBYTE_PASSWORD", &c.Password},
		{"AIRBYTE_CLIENT_ID", &c.ClientID},
		{"AIRBYTE_CLIENT_SECRET", &c.Secret},
	} {
		*variable.to = env(variable.name)
		file := env(variable.name + "_FILE")
		if file == "" {
			continue
		}
		if *variable.to != "" {
			return Credentials{}, fmt.Errorf("both %s and %s_FILE are set: want one", variable.name, variable.name)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return Credentials{}, fmt.Errorf("%s_FILE: %w", variable.name, err)
		}
		*variable.to = strings.TrimSpace(string(data))
	}
	return c, c.check()
}

func (c Credentials) check() error {
	if (c.Username == "") != (c.Password == "") {
		return errors.New("the credentials of Airbyte need both AIRBYTE_USERNAME and AIRBYTE_PASSWORD")
	}
	if (c.ClientID == "") != (c.Secret == "") {
		return errors.New("the credentials of Airbyte need both AIRBYTE_CLIENT_ID and AIRBYTE_CLIENT_SECRET")
	}
	ways := 0
	for _, way := range []string{c.Token, c.Username, c.ClientID} {
		if way != "" {
			ways++
		}
		if strings.ContainsAny(way, "\r\n") {
			return errors.New("a credential of Airbyte has a line break")
		}
	}
	if ways > 1 {
		return errors.New("there are several credentials of Airbyte: want a token, a user with a password, or a client with its secret")
	}
	return nil
}

// authorize signs a request.
func (c *Client) authorize(ctx context.Context, request *http.Request) error {
	switch credentials := c.config.Credentials; {
	case credentials.Token != "":
		request.Header.Set("Authorization", "Bearer "+credentials.Token)
	case credentials.Username != "":
		request.SetBasicAuth(credentials.Username, credentials.Password)
	case credentials.ClientID != "":
		token, err := c.clientToken(ctx)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return nil
}

// clientToken exchanges client credentials for a token, once.
func (c *Client) clientToken(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" {
		return c.token, nil
	}
	body, _ := json.Marshal(map[string]string{"client_id": c.config.Credentials.ClientID, "client_secret": c.config.Credentials.Secret, "grant-type": "client_credentials"})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address("applications/token"), strings.NewReader(string(body)))
	if err != nil {
		return "", errors.New("the address is not valid")
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return "", fmt.Errorf("applications/token: %w", unreachable(ctx, err))
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("applications/token: HTTP %d: the client's id or secret is not accepted", response.StatusCode)
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	err = json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&answer)
	if err != nil || answer.AccessToken == "" || strings.ContainsAny(answer.AccessToken, "\r\n") {
		return "", errors.New("applications/token: the answer holds no token")
	}
	c.token = answer.AccessToken
	return c.token, nil
}
