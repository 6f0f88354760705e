package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/go-playground/validator/v10"
)

// Check says everything that is wrong with c in one *Error. Load has called it.
func (c *Config) Check() error {
	if problems := c.problems(); len(problems) > 0 {
		return &Error{File: c.File, Problems: problems}
	}
	return nil
}

func (c *Config) problems() []string {
	var problems []string
	for _, f := range fieldsOf(reflect.ValueOf(c).Elem(), "", "") {
		if says := broken(f); says != "" {
			problems = append(problems, f.name()+": "+says)
		}
	}
	problems = append(problems, c.clashingPorts()...)
	if url := string(c.Database.URL); url != "" && !isPostgres(url) {
		problems = append(problems, "database.url (DATABASE_URL): must look like postgres://user:password@host:5432/database")
	}
	if c.deployed() {
		problems = append(problems, c.undeployable()...)
	}
	return problems
}

// undeployable lists what is fine on a developer's machine only.
func (c *Config) undeployable() []string {
	var problems []string
	if c.Database.URL == "" {
		problems = append(problems, "database.url (DATABASE_URL): missing; the private PostgreSQL is for local mode")
	}
	if len(c.Vendors.Iamport.Stores)+len(c.Vendors.Toss.Stores) == 0 {
		problems = append(problems, "vendors: missing; set the credentials of at least one store (IAMPORT_KEY and IAMPORT_SECRET, or TOSS_PAYMENTS_SECRET)")
	}
	known := publishedValues()
	for _, f := range fieldsOf(reflect.ValueOf(c).Elem(), "", "") {
		if !strings.Contains(f.path, ".previous[") && slices.ContainsFunc(secretsIn(f), func(s Secret) bool { return known[s] }) {
			problems = append(problems, f.name()+": is a published one, which anybody can read in the documentation; "+remedy(f))
		}
	}
	return problems
}

// publishedValues are all the secrets of local mode and of the original's samples.
func publishedValues() map[Secret]bool {
	known := map[Secret]bool{}
	for _, s := range published {
		known[s] = true
	}
	for _, f := range fieldsOf(reflect.ValueOf(NewLocal()).Elem(), "", "") {
		for _, s := range secretsIn(f) {
			known[s] = true
		}
	}
	delete(known, "")
	return known
}

// secretsIn is nil for a field that holds no secrets.
func secretsIn(f field) []Secret {
	switch v := f.value.Interface().(type) {
	case Secret:
		return []Secret{v}
	case []Secret:
		return append([]Secret{}, v...)
	}
	return nil
}

func (c *Config) clashingPorts() []string {
	var problems []string
	taken := map[int64]string{}
	for _, f := range fieldsOf(reflect.ValueOf(c).Elem(), "", "") {
		if f.rule != "port" || c.deployed() && strings.HasPrefix(f.path, "fakes.") {
			continue
		}
		if other, ok := taken[f.value.Int()]; ok {
			problems = append(problems, fmt.Sprintf("%s: is %d, as is %s; set another port", f.name(), f.value.Int(), other))
		}
		taken[f.value.Int()] = f.path
	}
	return problems
}

var rules = newRules()

func newRules() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterAlias("port", "min=1,max=65535")
	v.RegisterAlias("host", "ip|hostname_rfc1123")
	for tag, holds := range map[string]func(string) bool{
		"aeskey": func(s string) bool { return len(s) == 16 || len(s) == 24 || len(s) == 32 },
		"aesiv":  func(s string) bool { return len(s) == 16 },
		"whsec":  isWebhookSecret,
	} {
		if err := v.RegisterValidation(tag, func(l validator.FieldLevel) bool { return holds(l.Field().String()) }); err != nil {
			panic(err) // only a malformed tag name fails
		}
	}
	return v
}

// broken says what to do about a field, or nothing when it is as it must be.
func broken(f field) string {
	var wrong validator.ValidationErrors
	if f.rule == "" || !errors.As(rules.Var(f.value.Interface(), f.rule), &wrong) {
		return ""
	}
	secrets := secretsIn(f)
	if secrets != nil && f.value.IsZero() {
		return "missing; " + remedy(f)
	}
	says := strings.TrimLeft(wrong[0].Namespace()+" "+advise(wrong[0]), " ") // the namespace is "[1]" in a list
	if secrets != nil || f.value.IsZero() {
		return says
	}
	return fmt.Sprintf("%s, not %v", says, f.value.Interface())
}

func advise(broken validator.FieldError) string {
	says, ok := advice[broken.Tag()]
	if !ok {
		panic("config: the rule " + broken.Tag() + " has no advice")
	}
	return strings.ReplaceAll(says, "%", strings.ReplaceAll(broken.Param(), " ", ", "))
}

// remedy is where to get a secret from.
func remedy(f field) string {
	if strings.HasPrefix(f.path, "vendors.") {
		return "set the one that the vendor issued to you"
	}
	return "set your own (payments keygen prints a complete set)"
}

// advice is what to do about a broken rule; % stands for the rule's parameter.
var advice = map[string]string{
	"required": "missing; set it",
	"oneof":    "must be one of %",
	"port":     "must be a port from 1 to 65535",
	"host":     "must be an IP address or a host name",
	"min":      "must be at least %",
	"max":      "must be at most %",
	"http_url": "must be a URL such as https://api.example.com",
	"aeskey":   "must be 16, 24 or 32 bytes long, as AES keys are",
	"aesiv":    "must be 16 bytes long, as AES initialization vectors are",
	"whsec":    "must be whsec_ and the Base64 of 24 to 64 bytes, as Standard Webhooks has it",
}

// isWebhookSecret: the Standard Webhooks specification asks for 24 to 64 random bytes.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func isWebhookSecret(s string) bool {
	encoded, ok := strings.CutPrefix(s, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	return ok && err == nil && len(key) >= 24 && len(key) <= 64
}

func isPostgres(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
}
