package api

// Performance is what the answering worker has used since it started.
type Performance struct {
	CPU      CPUUsage      `json:"cpu" doc:"CPU time."`
	Memory   MemoryUsage   `json:"memory" doc:"Memory in use."`
	Resource ResourceUsage `json:"resource" doc:"What the kernel counted."`
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
	UserCPUTime                int64 `json:"userCPUTime" doc:"µs in user mode."`
	SystemCPUTime              int64 `json:"systemCPUTime" doc:"µs in the kernel."`
	MaxRSS                     int64 `json:"maxRSS" doc:"Largest resident set so far, in KiB."`
	SharedMemorySize           int64 `json:"sharedMemorySize" doc:"Always 0: Linux does not count it."`
	UnsharedDataSize           int64 `json:"unsharedDataSize" doc:"Always 0: Linux does not count it."`
	UnsharedStackSize          int64 `json:"unsharedStackSize" doc:"Always 0: Linux does not count it."`
	MinorPageFault             int64 `json:"minorPageFault" doc:"Page faults served without the disk."`
	MajorPageFault             int64 `json:"majorPageFault" doc:"Page faults that went to the disk."`
	SwappedOut                 int64 `json:"swappedOut" doc:"Always 0: Linux does not count it."`
	FSRead                     int64 `json:"fsRead" doc:"Reads from the disk, in blocks of 512 bytes."`
	FSWrite                    int64 `json:"fsWrite" doc:"Writes to the disk, in blocks of 512 bytes."`
	IPCSent                    int64 `json:"ipcSent" doc:"Always 0: Linux does not count it."`
	IPCReceived                int64 `json:"ipcReceived" doc:"Always 0: Linux does not count it."`
	SignalsCount               int64 `json:"signalsCount" doc:"Always 0: Linux does not count it."`
	VoluntaryContextSwitches   int64 `json:"voluntaryContextSwitches" doc:"Times that it waited for something."`
	InvoluntaryContextSwitches int64 `json:"involuntaryContextSwitches" doc:"Times that it was interrupted for another."`
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
	ShortHash        string   `json:"shortHash" doc:"Beginning of hash."`
	Branch           string   `json:"branch" doc:"Branch that was checked out."`
	Hash             string   `json:"hash" doc:"Whole hash."`
	Subject          string   `json:"subject" doc:"First line of the message."`
	SanitizedSubject string   `json:"sanitizedSubject" doc:"subject, as it may stand in a file name."`
	Body             string   `json:"body" doc:"The message without its first line."`
	Author           Person   `json:"author" doc:"Who wrote it."`
	Committer        Person   `json:"committer" doc:"Who committed it."`
	AuthoredAt       string   `json:"authored_at" doc:"Local time of the server, YYYY-MM-DD hh:mm:ss."`
	CommittedAt      string   `json:"commited_at" doc:"Local time of the server, YYYY-MM-DD hh:mm:ss."` //nolint:misspell // the contract's
	AuthoredOn       string   `json:"authoredOn" doc:"Unix time in seconds."`
	CommittedOn      string   `json:"committedOn" doc:"Unix time in seconds."`
	Tags             []string `json:"tags" nullable:"false" doc:"Tags of the commit."`
}

// Person is an author or committer.
type Person struct {
	Name  string `json:"name" doc:"As git has it."`
	Email string `json:"email" doc:"As git has it."`
}

// Package is the module in the shape of a package.json.
type Package struct {
	Name            string            `json:"name" doc:"Path of the module."`
	Version         string            `json:"version" doc:"Version of the module."`
	Description     string            `json:"description" doc:"What it is."`
	Scripts         map[string]string `json:"scripts" doc:"Commands, by name."`
	Repository      Repository        `json:"repository" doc:"Where the source is."`
	Author          string            `json:"author" doc:"Who wrote it."`
	License         string            `json:"license" doc:"SPDX identifier."`
	Bugs            Link              `json:"bugs" doc:"Where to report one."`
	Homepage        string            `json:"homepage" doc:"Where to read more."`
	DevDependencies map[string]string `json:"devDependencies" doc:"Always empty."`
	Dependencies    map[string]string `json:"dependencies" doc:"Go modules that are linked in, with their versions."`
}

// Repository is where the source is.
type Repository struct {
	Type string `json:"type" enum:"git" doc:"Kind of repository."`
	URL  string `json:"url" doc:"Address of the repository."`
}

// Link is an address.
type Link struct {
	URL string `json:"url" doc:"Address."`
}
