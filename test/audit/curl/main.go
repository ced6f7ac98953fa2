// Command curl stands in for the real one, for scripts of `gate audit` on machines without it: --config -, --header, --data and a URL.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	if err := post(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "curl:", err)
		os.Exit(22)
	}
}

func post(args []string) error {
	request, err := http.NewRequest(http.MethodPost, args[len(args)-1], http.NoBody)
	if err != nil {
		return err
	}
	for i := 0; i < len(args)-1; i++ {
		switch args[i] {
		case "--fail", "--silent", "--show-error":
			continue
		case "--header":
			name, value, _ := strings.Cut(args[i+1], ": ")
			request.Header.Set(name, value)
		case "--data":
			data := io.Reader(strings.NewReader(args[i+1]))
			if args[i+1] == "@-" {
				data = os.Stdin
			}
			request.Body, request.ContentLength = io.NopCloser(data), -1
		case "--config":
			configure(request)
		default:
			return fmt.Errorf("unknown flag %s", args[i])
		}
		i++
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("HTTP %d", response.StatusCode)
	}
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}

func configure(request *http.Request) {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), " = ")
		value = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(strings.TrimSuffix(strings.TrimPrefix(value, `"`), `"`))
		switch key {
		case "header":
			name, value, _ := strings.Cut(value, ": ")
			request.Header.Set(name, value)
		case "user":
			name, password, _ := strings.Cut(value, ":")
			request.SetBasicAuth(name, password)
		}
	}
}
