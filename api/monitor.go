package api

// Performance is what the answering worker has used since it started.
type Performance struct {
	CPU      CPUUsage      `json:"cpu"`
	Memory   MemoryUsage   `json:"memory"`
	Resource ResourceUsage `json:"resource"`
}

// CPUUsage is CPU time in microseconds.
type CPUUsage struct {
	User   int64 `json:"user" doc:"µs in user mode"`
	System int64 `json:"system" doc:"µs in the kernel"`
}

// MemoryUsage is in bytes. The names are Node's; what stands for each in Go is said beside it.
type MemoryUsage struct {
	RSS          int64 `json:"rss" doc:"Resident set size."`
	HeapTotal    int64 `json:"heapTotal" doc:"Heap obtained from the system."`
	HeapUsed     int64 `json:"heapUsed" doc:"Heap in use by live and not yet collected objects."`
	External     int64 `json:"external" doc:"Memory of the runtime outside of the heap."`
	ArrayBuffers int64 `json:"arrayBuffers" doc:"Always 0: Go has no memory of this kind."`
}

// ResourceUsage is getrusage(2) of the process. Times in µs, maxRSS in KiB.
type ResourceUsage struct {
	UserCPUTime                int64 `json:"userCPUTime"`
	SystemCPUTime              int64 `json:"systemCPUTime"`
	MaxRSS                     int64 `json:"maxRSS"`
	SharedMemorySize           int64 `json:"sharedMemorySize"`
	UnsharedDataSize           int64 `json:"unsharedDataSize"`
	UnsharedStackSize          int64 `json:"unsharedStackSize"`
	MinorPageFault             int64 `json:"minorPageFault"`
	MajorPageFault             int64 `json:"majorPageFault"`
	SwappedOut                 int64 `json:"swappedOut"`
	FSRead                     int64 `json:"fsRead"`
	FSWrite                    int64 `json:"fsWrite"`
	IPCSent                    int64 `json:"ipcSent"`
	IPCReceived                int64 `json:"ipcReceived"`
	SignalsCount               int64 `json:"signalsCount"`
	VoluntaryContextSwitches   int64 `json:"voluntaryContextSwitches"`
	InvoluntaryContextSwitches int64 `json:"involuntaryContextSwitches"`
}

// System tells what the answering worker is, and what it was built from.
type System struct {
	UID       string   `json:"uid" format:"uuid" doc:"Made when the process started."`
	Arguments []string `json:"arguments" nullable:"false" doc:"Command line of the process."`
	Commit    Commit   `json:"commit" doc:"The commit that the binary was built from."`
	Package   Package  `json:"package" doc:"The module, in the shape of a package.json."`
	CreatedAt Time     `json:"created_at" doc:"When the process started."`
}

// Commit is a git commit. One of its names is misspelled in the contract.
type Commit struct {
	ShortHash        string   `json:"shortHash"`
	Branch           string   `json:"branch"`
	Hash             string   `json:"hash"`
	Subject          string   `json:"subject"`
	SanitizedSubject string   `json:"sanitizedSubject"`
	Body             string   `json:"body"`
	Author           Person   `json:"author"`
	Committer        Person   `json:"committer"`
	AuthoredAt       string   `json:"authored_at" doc:"Local time of the server, YYYY-MM-DD hh:mm:ss."`
	CommittedAt      string   `json:"commited_at" doc:"Local time of the server, YYYY-MM-DD hh:mm:ss."` //nolint:misspell // the contract's
	AuthoredOn       string   `json:"authoredOn" doc:"Unix time in seconds."`
	CommittedOn      string   `json:"committedOn" doc:"Unix time in seconds."`
	Tags             []string `json:"tags" nullable:"false"`
}

// Person is an author or committer.
type Person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Package is the module in the shape of a package.json.
type Package struct {
	Name            string            `json:"name"`
	Version         string            `json:"version"`
	Description     string            `json:"description"`
	Scripts         map[string]string `json:"scripts"`
	Repository      Repository        `json:"repository"`
	Author          string            `json:"author"`
	License         string            `json:"license"`
	Bugs            Link              `json:"bugs"`
	Homepage        string            `json:"homepage"`
	DevDependencies map[string]string `json:"devDependencies"`
	Dependencies    map[string]string `json:"dependencies" doc:"Go modules that are linked in, with their versions."`
}

// Repository is where the source is.
type Repository struct {
	Type string `json:"type" enum:"git"`
	URL  string `json:"url"`
}

// Link is an address.
type Link struct {
	URL string `json:"url"`
}
