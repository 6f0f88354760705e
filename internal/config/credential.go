package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// credentialsDirectory is the variable that names the folder of credentials: files called like the variables whose
// place they take. systemd sets it (LoadCredential=, systemd.exec(5)); a container that mounts secrets sets it too.
const credentialsDirectory = "CREDENTIALS_DIRECTORY"

// credentialPrefix is what systemd puts before the files of a directory that a unit loads as `payments`.
const credentialPrefix = "payments_"

// environment is where variables come from.
type environment struct{ getenv func(string) string }

// text is what a field's variable says or, for a secret whose variable is not set, its credential.
func (e environment) text(f field) (string, error) {
	if f.env == "" {
		return "", nil
	}
	text, dir := e.getenv(f.env), e.getenv(credentialsDirectory)
	if text != "" || dir == "" || !f.isSecret() {
		return text, nil
	}
	for _, name := range []string{f.env, credentialPrefix + f.env} {
		text, err := readText(filepath.Join(dir, name))
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
	}
	return "", nil
}

// readText reads a file that holds one secret. Editors end the last line, which is not part of it.
func readText(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}
