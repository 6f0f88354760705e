package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-playground/validator/v10"
)

// rules are those of the validate tags: validator's and our own.
var rules = newRules()

func newRules() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterAlias("port", "min=1,max=65535")
	v.RegisterAlias("host", "ip|hostname_rfc1123")
	for tag, holds := range map[string]func(string) bool{
		"aeskey": func(s string) bool { return len(s) == 16 || len(s) == 24 || len(s) == 32 },
		"aesiv":  func(s string) bool { return len(s) == 16 },
		"whsec":  isWebhookSecret,
		"pgurl":  isPostgres,
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
	says := strings.TrimLeft(wrong[0].Namespace()+" "+advise(wrong[0]), " ") // the namespace is "[1]" in a list
	switch {
	case !f.isSecret() && !f.value.IsZero():
		return fmt.Sprintf("%s, not %v", says, f.value.Interface())
	case f.isSecret() && len(f.secrets()) == 0:
		return "missing; " + remedy(f)
	}
	return says
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
	"http_url": "must be a URL with http:// or https://, such as https://api.example.com",
	"aeskey":   "must be 16, 24 or 32 bytes long, as AES keys are",
	"aesiv":    "must be 16 bytes long, as AES initialization vectors are",
	"pgurl":    "must look like postgres://user:password@host:5432/database",
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
