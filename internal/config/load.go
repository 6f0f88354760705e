package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Sources are where a configuration comes from.
type Sources struct {
	// File is the path given by --config. When it is empty, payments.yaml in the
	// home is read if it is there.
	File string
	// Getenv looks a variable up, as os.Getenv does. An empty one counts as unset.
	Getenv func(string) string
}

// Load reads the file, lets the environment override it, fills in the mode's
// defaults and checks the whole. What is wrong with it is a *Error that names all.
func Load(s Sources) (*Config, error) {
	c := defaults()
	file, data, err := s.read()
	if err != nil {
		return nil, err
	}
	c.File = file
	problems := decodeFile(data, c)
	problems = append(problems, overrideByEnv(c, environment{s.Getenv})...)
	problems = append(problems, readSecretFiles(c, filepath.Dir(file))...)
	c.fillIn()
	problems = append(problems, c.problems()...)
	if len(problems) > 0 {
		return nil, &Error{File: file, Problems: problems}
	}
	// Processes that are started later may have another working directory.
	if c.Home, err = filepath.Abs(c.Home); err != nil {
		return nil, fmt.Errorf("find the home %s: %w", c.Home, err)
	}
	return c, c.resolveFiles(filepath.Dir(file))
}

// resolveFiles makes paths absolute: git, for one, looks from within its mirror. They start where those of secrets do.
func (c *Config) resolveFiles(dir string) error {
	for _, f := range c.files() {
		path, err := filepath.Abs(beside(dir, f.value.String()))
		if err != nil {
			return fmt.Errorf("find the file of %s: %w", f.name(), err)
		}
		f.value.SetString(path)
	}
	return nil
}

// NewLocal is the configuration of local mode with nothing set: what a test starts from.
func NewLocal() *Config {
	c := defaults()
	c.fillIn()
	return c
}

// OfSupervisor are the settings that a running server takes at `payments upgrade` and not at a reload, as they are in c, by
// their names in the file. No secret is among them.
func (c *Config) OfSupervisor() map[string]string {
	settings := map[string]string{}
	for _, f := range c.fields() {
		if f.upgrade && !f.isSecret() {
			settings[f.path] = fmt.Sprint(f.value.Interface())
		}
	}
	return settings
}

func (c *Config) fillIn() {
	if c.deployed() {
		deployedDefaults(c)
		return
	}
	localDefaults(c) // also for a mode that does not exist, lest its error drown
}

func (c *Config) deployed() bool { return c.Mode == Dev || c.Mode == Real }

// read finds the file and returns its path and content, both empty if there is none.
func (s Sources) read() (string, []byte, error) {
	if s.File != "" {
		data, err := os.ReadFile(s.File)
		if err != nil {
			return "", nil, fmt.Errorf("read the configuration: %w", err)
		}
		return s.File, data, nil
	}
	// The home may also be set in the file, but not for the search of that file.
	at := &Config{Mode: Mode(s.Getenv("MODE")), Home: s.Getenv("PAYMENTS_HOME")}
	orElse(&at.Mode, Local)
	at.fillIn()
	file := at.Path("payments.yaml")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("cannot read the home, choose another with PAYMENTS_HOME: %w", err)
	}
	return file, data, nil
}

// Error says everything that is wrong with a configuration, a line each.
type Error struct {
	File     string // empty when none was read
	Problems []string
}

func (e *Error) Error() string {
	from := "the environment"
	if e.File != "" {
		from = e.File + " and the environment"
	}
	return fmt.Sprintf("the configuration in %s is wrong:\n  %s", from, strings.Join(e.Problems, "\n  "))
}

// Print writes the effective configuration as a file that Load reads, were it not
// for its secrets, which are placeholders.
func (c *Config) Print(w io.Writer) error {
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(c); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	return enc.Close()
}
