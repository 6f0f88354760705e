package api

// Performance is what the answering worker has used since it started.
type Performance struct {
	CPU      CPUUsage      `json:"cpu" doc:"CPU time."`
	Memory   MemoryUsage   `json:"memory" doc:"Memory in use."`
	Resource ResourceUsage `json:"resource" doc:"What the kernel counted."`
}

// CPUUsage is CPU time in microseconds.
type CPUUsage struct {
	User   int64 `json:"user" doc:"µs in user mode" example:"1250000"`
	System int64 `json:"system" doc:"µs in the kernel" example:"310000"`
}

// MemoryUsage is in bytes. The names are Node's; what stands for each in Go is said beside it.
type MemoryUsage struct {
	RSS          int64 `json:"rss" doc:"Resident set size." example:"48300032"`
	HeapTotal    int64 `json:"heapTotal" doc:"Heap obtained from the system." example:"21004288"`
	HeapUsed     int64 `json:"heapUsed" doc:"Heap in use by live and not yet collected objects." example:"9350144"`
	External     int64 `json:"external" doc:"Memory of the runtime outside of the heap." example:"6291456"`
	ArrayBuffers int64 `json:"arrayBuffers" doc:"Always 0: Go has no memory of this kind."`
}

// ResourceUsage is getrusage(2) of the process. Times in µs, maxRSS in KiB.
type ResourceUsage struct {
	UserCPUTime                int64 `json:"userCPUTime" doc:"µs in user mode." example:"1250000"`
	SystemCPUTime              int64 `json:"systemCPUTime" doc:"µs in the kernel." example:"310000"`
	MaxRSS                     int64 `json:"maxRSS" doc:"Largest resident set so far, in KiB." example:"47168"`
	SharedMemorySize           int64 `json:"sharedMemorySize" doc:"Always 0: Linux does not count it."`
	UnsharedDataSize           int64 `json:"unsharedDataSize" doc:"Always 0: Linux does not count it."`
	UnsharedStackSize          int64 `json:"unsharedStackSize" doc:"Always 0: Linux does not count it."`
	MinorPageFault             int64 `json:"minorPageFault" doc:"Page faults served without the disk." example:"12034"`
	MajorPageFault             int64 `json:"majorPageFault" doc:"Page faults that went to the disk."`
	SwappedOut                 int64 `json:"swappedOut" doc:"Always 0: Linux does not count it."`
	FSRead                     int64 `json:"fsRead" doc:"Reads from the disk, in blocks of 512 bytes."`
	FSWrite                    int64 `json:"fsWrite" doc:"Writes to the disk, in blocks of 512 bytes."`
	IPCSent                    int64 `json:"ipcSent" doc:"Always 0: Linux does not count it."`
	IPCReceived                int64 `json:"ipcReceived" doc:"Always 0: Linux does not count it."`
	SignalsCount               int64 `json:"signalsCount" doc:"Always 0: Linux does not count it."`
	VoluntaryContextSwitches   int64 `json:"voluntaryContextSwitches" doc:"Times that it waited for something." example:"5210"`
	InvoluntaryContextSwitches int64 `json:"involuntaryContextSwitches" doc:"Times that it was interrupted for another." example:"118"`
}

// System tells what the answering worker is, and what it was built from.
type System struct {
	UID       string   `json:"uid" format:"uuid" doc:"Made when the process started." example:"b2a9f7c0-1f64-4b4e-9c62-5f9f3a6f0d21"`
	Arguments []string `json:"arguments" nullable:"false" doc:"Command line of the process." example:"payments,worker"`
	Commit    Commit   `json:"commit" doc:"The commit that the binary was built from."`
	Package   Package  `json:"package" doc:"The module, in the shape of a package.json."`
	CreatedAt Time     `json:"created_at" doc:"When the process started." example:"2026-03-01T00:00:00.000Z"`
}

// Commit is a git commit. One of its names is misspelled in the contract.
type Commit struct {
	ShortHash        string   `json:"shortHash" doc:"Beginning of hash." example:"04f577a"`
	Branch           string   `json:"branch" doc:"Branch that was checked out." example:"master"`
	Hash             string   `json:"hash" doc:"Whole hash." example:"04f577a1c09b1e3a4f5d6c7b8a9e0f1d2c3b4a59"`
	Subject          string   `json:"subject" doc:"First line of the message." example:"worker: drain before closing the store"`
	SanitizedSubject string   `json:"sanitizedSubject" doc:"subject, as it may stand in a file name." example:"worker-drain-before-closing-the-store"`
	Body             string   `json:"body" doc:"The message without its first line." example:""`
	Author           Person   `json:"author" doc:"Who wrote it."`
	Committer        Person   `json:"committer" doc:"Who committed it."`
	AuthoredAt       string   `json:"authored_at" doc:"Local time of the server, YYYY-MM-DD hh:mm:ss." example:"2026-03-01 09:00:00"`
	CommittedAt      string   `json:"commited_at" doc:"Local time of the server, YYYY-MM-DD hh:mm:ss." example:"2026-03-01 09:00:00"` //nolint:misspell // the contract's
	AuthoredOn       string   `json:"authoredOn" doc:"Unix time in seconds." example:"1772323200"`
	CommittedOn      string   `json:"committedOn" doc:"Unix time in seconds." example:"1772323200"`
	Tags             []string `json:"tags" nullable:"false" doc:"Tags of the commit." example:"v1.2.3"`
}

// Person is an author or committer.
type Person struct {
	Name  string `json:"name" doc:"As git has it." example:"Jeongho Nam"`
	Email string `json:"email" doc:"As git has it." example:"someone@example.com"`
}

// Package is the module in the shape of a package.json.
type Package struct {
	Name            string            `json:"name" doc:"Path of the module." example:"github.com/samchon/payments-server"`
	Version         string            `json:"version" doc:"Version of the module." example:"v1.2.3"`
	Description     string            `json:"description" doc:"What it is." example:"A payment server in front of Iamport and Toss Payments."`
	Scripts         map[string]string `json:"scripts" doc:"Commands, by name."`
	Repository      Repository        `json:"repository" doc:"Where the source is."`
	Author          string            `json:"author" doc:"Who wrote it." example:"Jeongho Nam"`
	License         string            `json:"license" doc:"SPDX identifier." example:"MIT"`
	Bugs            Link              `json:"bugs" doc:"Where to report one."`
	Homepage        string            `json:"homepage" doc:"Where to read more." example:"https://github.com/samchon/payments-server"`
	DevDependencies map[string]string `json:"devDependencies" doc:"Always empty."`
	Dependencies    map[string]string `json:"dependencies" doc:"Go modules that are linked in, with their versions."`
}

// Repository is where the source is.
type Repository struct {
	Type string `json:"type" enum:"git" doc:"Kind of repository."`
	URL  string `json:"url" doc:"Address of the repository." example:"https://github.com/samchon/payments-server"`
}

// Link is an address.
type Link struct {
	URL string `json:"url" doc:"Address." example:"https://github.com/samchon/payments-server/issues"`
}
