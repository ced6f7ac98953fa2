// Package gitea tries the server's hook with a real Gitea: `make gitea`.
package gitea
