// Package config gives every process of payments-server its one checked Config:
// environment over the file payments.yaml over defaults. It starts nothing, opens
// no connection, and writes no secret anywhere but in Keygen, whose purpose that is.
package config

import (
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"time"
)

// Mode says where the server runs.
type Mode string

// Local is a developer's machine or a test: fakes instead of payment gateways, a
// private PostgreSQL, published keys. Dev is a shared system against the gateways'
// test accounts. Real moves money. Dev and Real refuse everything published.
const (
	Local Mode = "local"
	Dev   Mode = "dev"
	Real  Mode = "real"
)

// Config is the whole configuration. Load makes one; NewLocal makes one for tests.
//
// The tags are the reference: yaml names the field in the file, env the variable
// that overrides it (a struct's env is the prefix of its fields'), validate the
// rule, doc the line in docs/configuration.md. What only the supervisor reads has the
// effect:"upgrade": a reload starts workers, which read the rest. A path that is opened later names:"file".
type Config struct {
	Mode           Mode      `yaml:"mode" env:"MODE" validate:"oneof=local dev real" doc:"Where the server runs: local, dev or real."`
	Home           string    `yaml:"home" env:"PAYMENTS_HOME" validate:"required" doc:"Directory of everything the server keeps on disk."`
	Workers        int       `yaml:"workers" validate:"min=1,max=256" effect:"upgrade" doc:"Worker processes per generation."`
	API            API       `yaml:"api"`
	Admin          Admin     `yaml:"admin"`
	Updater        Updater   `yaml:"updater"`
	SystemPassword Secret    `yaml:"system_password" env:"SYSTEM_PASSWORD" validate:"required" effect:"upgrade" doc:"What an operator's command shows to be obeyed by the updater and the admin port."`
	Database       Database  `yaml:"database"`
	AtRest         AtRest    `yaml:"at_rest"`
	Fakes          Fakes     `yaml:"fakes"`
	Handover       Handover  `yaml:"handover"`
	Webhooks       Webhooks  `yaml:"webhooks"`
	Passwords      Passwords `yaml:"passwords"`
	Vendors        Vendors   `yaml:"vendors"`

	// File is the file it was read from, empty when there was none.
	File string `yaml:"-"`
}

// API is the public listener and the key of its bodies.
type API struct {
	Host          string `yaml:"host" validate:"omitempty,host" effect:"upgrade" doc:"Address to listen on; empty is every interface."`
	Port          int    `yaml:"port" env:"API_PORT" validate:"port" effect:"upgrade" doc:"Port of the API."`
	EncryptionKey Secret `yaml:"encryption_key" env:"API_ENCRYPTION_KEY" validate:"aeskey" doc:"AES key of request and response bodies, shared with every service."`
	EncryptionIV  Secret `yaml:"encryption_iv" env:"API_ENCRYPTION_IV" validate:"aesiv" doc:"AES initialization vector of request and response bodies."`
}

// Addr is the address to listen on.
func (a API) Addr() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// Admin is the listener of metrics and operations.
type Admin struct {
	Host string `yaml:"host" validate:"host" effect:"upgrade" doc:"Address of the admin listener; it has no login, so keep it on loopback."`
	Port int    `yaml:"port" env:"ADMIN_PORT" validate:"port" effect:"upgrade" doc:"Port of metrics, health and status."`
}

// Addr is the address to listen on.
func (a Admin) Addr() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// Updater is how the releases of this machine are made, and who tells it to.
type Updater struct {
	Host   string `yaml:"host" validate:"omitempty,host" doc:"Address the updater master listens on; empty is every interface."`
	Port   int    `yaml:"port" env:"UPDATER_PORT" validate:"port" doc:"Port of the updater master."`
	Master string `yaml:"master" env:"UPDATER_MASTER" validate:"omitempty,http_url" doc:"URL of the updater master, http://10.0.0.1:37820; empty is this machine."`
	Name   string `yaml:"name" env:"UPDATER_NAME" doc:"What this machine is called in the fleet; empty is its host name."`

	Remote         string        `yaml:"remote" env:"UPDATER_REMOTE" doc:"Git repository that releases are built from; in local mode empty is the working directory."`
	Branch         string        `yaml:"branch" env:"UPDATER_BRANCH" doc:"Branch that is deployed; empty is dev in dev mode, master in real mode, and the remote's current one in local mode."`
	AllowedSigners string        `yaml:"allowed_signers" env:"UPDATER_ALLOWED_SIGNERS" names:"file" doc:"File of allowed signers (ssh-keygen(1)), outside of the repository; a relative path starts beside the configuration file. With one, unsigned commits are refused."`
	BuildTimeout   time.Duration `yaml:"build_timeout" validate:"min=1s" doc:"How long a build may take."`
	Keep           int           `yaml:"keep" validate:"min=2" doc:"Releases kept on disk."`
	MinFree        int           `yaml:"min_free" validate:"min=0" doc:"MiB that have to be free before a build."`
	Gate           time.Duration `yaml:"gate" validate:"min=0s" doc:"How long machines have to stay healthy on a new release before the next ones get it."`
	Lease          time.Duration `yaml:"lease" validate:"min=5s" doc:"How long a machine keeps an unconfirmed release without a word from the master; then it goes back by itself."`

	TLSCert string `yaml:"tls_cert" names:"file of the master" doc:"File of the master's certificate; with it, the master speaks TLS. Relative as allowed_signers, as the two below."`
	TLSKey  string `yaml:"tls_key" names:"file of the master" doc:"File of the certificate's key."`
	TLSCA   string `yaml:"tls_ca" names:"file" doc:"File of the authorities that the master's certificate is checked against; empty is the system's."`
}

// Addr is the address the master listens on.
func (u Updater) Addr() string { return net.JoinHostPort(u.Host, strconv.Itoa(u.Port)) }

// Database is where the records are.
type Database struct {
	URL            Secret `yaml:"url" env:"DATABASE_URL" validate:"omitempty,pgurl" doc:"PostgreSQL to use, postgres://user:password@host:5432/database. Empty in local mode: a private PostgreSQL under the home."`
	AdminURL       Secret `yaml:"admin_url,omitempty" env:"DATABASE_ADMIN_URL" validate:"omitempty,pgurl" doc:"The same server as a role that may create roles and databases. Only payments schema uses it; give it to no server."`
	ReaderPassword Secret `yaml:"reader_password,omitempty" env:"DATABASE_READER_PASSWORD" validate:"omitempty" doc:"Password that payments schema gives to the role that may only read."`
}

// AtRest holds the keys that encrypt the records, one ring per kind.
type AtRest struct {
	History       KeyRing `yaml:"history" env:"DB_HISTORY_ENCRYPTION"`
	Reservation   KeyRing `yaml:"reservation" env:"DB_RESERVATION_ENCRYPTION"`
	CancelHistory KeyRing `yaml:"cancel_history" env:"DB_CANCEL_HISTORY_ENCRYPTION"`
	Webhook       KeyRing `yaml:"webhook" env:"DB_WEBHOOK_ENCRYPTION"`
	Legacy        string  `yaml:"legacy" validate:"oneof=open refuse" doc:"What becomes of values the original payments-server wrote, which anyone who can write to the database could forge: open, or refuse, once payments keys rotate has sealed them all anew."`
}

// KeyRing is the key that encrypts new records, and those that still open old ones.
type KeyRing struct {
	Key      Secret `yaml:"key" env:"_KEY" validate:"aeskey" doc:"Key of new records of this kind."`
	IV       Secret `yaml:"iv" env:"_IV" validate:"aesiv" doc:"Initialization vector of rows the original payments-server wrote; new rows have a fresh one each."`
	Previous []Key  `yaml:"previous" doc:"Keys replaced by this one, each with key and iv: they open old records and encrypt nothing."`
}

// Key is a replaced key. Published ones are allowed here: replacing one is how a
// company that ran the original on its sample keys gets away from them.
type Key struct {
	Key Secret `yaml:"key" validate:"aeskey"`
	IV  Secret `yaml:"iv" validate:"aesiv"`
}

// Fakes are the ports of the fake payment gateways, used in local mode.
type Fakes struct {
	IamportPort int `yaml:"iamport_port" env:"FAKE_IAMPORT_PORT" validate:"port" doc:"Port of the fake Iamport (local mode)."`
	TossPort    int `yaml:"toss_port" env:"FAKE_TOSS_PORT" validate:"port" doc:"Port of the fake Toss Payments (local mode)."`
}

// Handover says how one generation of workers follows another.
type Handover struct {
	Connections string        `yaml:"connections" validate:"oneof=move close" effect:"upgrade" doc:"What becomes of idle keep-alive connections in an update: move (to the new workers) or close (after the next answer)."`
	Ready       time.Duration `yaml:"ready" validate:"min=1s" effect:"upgrade" doc:"How long a new generation may take until it is ready; after that the update is undone."`
	Probation   time.Duration `yaml:"probation" validate:"min=0s" effect:"upgrade" doc:"How long the old generation stays warm after the switch, to take the traffic back."`
	Drain       time.Duration `yaml:"drain" validate:"min=1s" effect:"upgrade" doc:"How long an old generation may finish its requests and uploads; then it is ended by force."`
	Stop        time.Duration `yaml:"stop" validate:"min=1s" effect:"upgrade" doc:"How long requests in progress may take when everything stops."`
}

// Webhooks are the messages to the services.
type Webhooks struct {
	SigningSecrets []Secret       `yaml:"signing_secrets" env:"WEBHOOK_SIGNING_SECRETS" validate:"min=1,dive,whsec" doc:"Standard Webhooks secrets (whsec_…) that sign deliveries; several while rotating, separated by blanks in the environment."`
	AllowedCIDRs   []netip.Prefix `yaml:"allowed_cidrs" doc:"Private networks that deliveries may go to; public addresses always may. In local mode loopback is allowed."`
}

// Passwords bounds what checking the records' passwords may cost.
type Passwords struct {
	Concurrency  int           `yaml:"concurrency" validate:"min=0,max=1024" doc:"Password hashes computed at the same time in one worker, about 19 MiB each; 0 is one for each processor that falls to it."`
	CacheEntries int           `yaml:"cache_entries" validate:"min=1" doc:"Right passwords remembered per worker, as keyed hashes, about 200 bytes each."`
	CacheFor     time.Duration `yaml:"cache_for" validate:"min=1s" doc:"How long a right password is remembered."`
}

// Vendors are the payment gateways.
type Vendors struct {
	Iamport Iamport `yaml:"iamport"`
	Toss    Toss    `yaml:"toss"`
}

// DefaultStore names the store that serves every store_id without one of its own.
const DefaultStore = "default"

// Iamport is how to reach Iamport (PortOne V1).
type Iamport struct {
	BaseURL string                  `yaml:"base_url" validate:"http_url" doc:"Iamport's API; the fake in local mode."`
	Stores  map[string]IamportStore `yaml:"stores" doc:"Credentials by store_id: imp_key and imp_secret, or imp_secret_file."`
}

// IamportStore is one merchant account at Iamport.
type IamportStore struct {
	Key        Secret `yaml:"imp_key" env:"IAMPORT_KEY" validate:"required" doc:"REST API key of Iamport's default store."`
	Secret     Secret `yaml:"imp_secret" env:"IAMPORT_SECRET" validate:"required" doc:"REST API secret of Iamport's default store."`
	SecretFile string `yaml:"imp_secret_file,omitempty" doc:"File that holds imp_secret."`
}

// Toss is how to reach Toss Payments.
type Toss struct {
	BaseURL string               `yaml:"base_url" validate:"http_url" doc:"Toss Payments' API; the fake in local mode."`
	Stores  map[string]TossStore `yaml:"stores" doc:"Credentials by store_id: secret_key, or secret_key_file."`
}

// TossStore is one merchant account at Toss Payments.
type TossStore struct {
	SecretKey     Secret `yaml:"secret_key" env:"TOSS_PAYMENTS_SECRET" validate:"required" doc:"Secret key of Toss Payments' default store."`
	SecretKeyFile string `yaml:"secret_key_file,omitempty" doc:"File that holds secret_key."`
}

// Path is a place under the home: Path("run", "supervisor.pid").
func (c *Config) Path(elem ...string) string {
	return filepath.Join(append([]string{c.Home}, elem...)...)
}
