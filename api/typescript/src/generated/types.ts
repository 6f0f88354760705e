// Made by `make api` from api/openapi.json.

export interface CPUUsage {
    /** µs in user mode */
    user: number;
    /** µs in the kernel */
    system: number;
}

export interface Cancel {
    /** Amount given back. */
    price: number;
    /** As the service gave it. */
    reason: string;
    /** When the gateway gave the money back. */
    created_at: string;
    /** The same as created_at; the original's clients may see it. */
    time: string;
}

export interface CancelHistory {
    /** Where the service keeps the order. */
    source: Source;
    /** Password that the record was stored with. */
    password: string;
    /** Amount to give back; more than 0. */
    price: number;
    /** Why; the gateway shows it to the merchant. */
    reason: string;
    /** Where a virtual account's deposit goes back to; null otherwise. */
    account: RefundAccount | null;
}

export interface Commit {
    /** Beginning of hash. */
    shortHash: string;
    /** Branch that was checked out. */
    branch: string;
    /** Whole hash. */
    hash: string;
    /** First line of the message. */
    subject: string;
    /** subject, as it may stand in a file name. */
    sanitizedSubject: string;
    /** The message without its first line. */
    body: string;
    /** Who wrote it. */
    author: Person;
    /** Who committed it. */
    committer: Person;
    /** Local time of the server, YYYY-MM-DD hh:mm:ss. */
    authored_at: string;
    /** Local time of the server, YYYY-MM-DD hh:mm:ss. */
    commited_at: string;
    /** Unix time in seconds. */
    authoredOn: string;
    /** Unix time in seconds. */
    committedOn: string;
    /** Tags of the commit. */
    tags: string[];
}

export type History = IamportHistory | TossHistory;

/** As the gateway documents it. */
export interface IamportCancel {
    pg_id: string;
    pg_tid: string;
    amount: number;
    cancelled_at: number;
    reason: string;
    receipt_url: string;
}

export interface IamportHistory {
    /** The record's id. */
    id: string;
    /** Tells which gateway's object data is; the same as vendor.code. */
    vendor_code: "iamport";
    /** Where the gateway keeps the payment. */
    vendor: Vendor;
    /** Where the service keeps the order. */
    source: Source;
    /** Iamport's own object, as it came; further fields may be in it: https://api.iamport.kr. Times are Unix seconds, 0 for never. */
    data: IamportPayment;
    /** ISO 4217 code. */
    currency: string;
    /** Amount of the payment. */
    price: number;
    /** Amount given back so far; null when nothing was. */
    refund: number | null;
    /** Where the service hears of changes. */
    webhook_url: string | null;
    /** When the record was stored. */
    created_at: string;
    /** When the money was captured; null until then. */
    paid_at: string | null;
    /** When the first refund happened; it stays. Null until then. */
    cancelled_at: string | null;
    /** Refunds, oldest first. */
    cancels: Cancel[];
}

/** As the gateway documents it. */
export interface IamportPayment {
    pay_method: string;
    imp_uid: string;
    merchant_uid: string;
    name: string | null;
    amount: number;
    cancel_amount: number;
    currency: string;
    receipt_url: string;
    cash_receipt_issue: boolean;
    channel: string;
    pg_provider: string;
    emb_pg_provider: string | null;
    pg_id: string;
    pg_tid: string;
    escrow: boolean;
    buyer_name: string | null;
    buyer_email: string | null;
    buyer_tel: string | null;
    buyer_addr: string | null;
    buyer_postcode: string | null;
    customer_uid: string | null;
    customer_uid_usage: string | null;
    custom_data: string | null;
    user_agent: string | null;
    status: string;
    started_at: number;
    paid_at: number;
    failed_at: number;
    cancelled_at: number;
    fail_reason: string | null;
    cancel_reason: string | null;
    cancel_history: IamportCancel[];
    apply_num?: string | null;
    bank_code?: string | null;
    bank_name?: string | null;
    card_code?: string | null;
    card_name?: string | null;
    card_number?: string | null;
    card_quota?: number | null;
    notice_url?: string | null;
    vbank_code?: string | null;
    vbank_date?: number | null;
    vbank_holder?: string | null;
    vbank_issued_at?: number | null;
    vbank_name?: string | null;
    vbank_num?: string | null;
}

export interface IamportReservation {
    /** The record's id. */
    id: string;
    /** Tells which gateway's object data is; the same as vendor.code. */
    vendor_code: "iamport";
    /** Where the gateway keeps the billing key. */
    vendor: ReservationVendor;
    /** Where the service keeps the customer or the subscription. */
    source: Source;
    /** As the service named it. */
    title: string;
    /** Iamport's own object, as it came; further fields may be in it: https://api.iamport.kr. Times are Unix seconds, 0 for never. */
    data: IamportSubscription;
    /** When the record was stored. */
    created_at: string;
}

/** As the gateway documents it. */
export interface IamportSubscription {
    customer_uid: string;
    pg_provider: string;
    pg_id: string;
    card_type: string;
    card_code: string;
    card_name: string;
    card_number: string;
    customer_name: string | null;
    customer_tel: string | null;
    customer_email: string | null;
    customer_addr: string | null;
    customer_postcode: string | null;
    inserted: number;
    updated: number;
}

export interface InvalidField {
    /** Where the field is. */
    path: string;
    /** What is wrong with it. */
    message: string;
}

export interface Link {
    /** Address. */
    url: string;
}

export interface MemoryUsage {
    /** Resident set size. */
    rss: number;
    /** Heap obtained from the system. */
    heapTotal: number;
    /** Heap in use by live and not yet collected objects. */
    heapUsed: number;
    /** Memory of the runtime outside of the heap. */
    external: number;
    /** Always 0: Go has no memory of this kind. */
    arrayBuffers: number;
}

export interface PGError {
    /** HTTP status of the gateway's answer. */
    status: number;
    /** The gateway's own words, often Korean. */
    message: string;
    /** The gateway's own code, where it has one. */
    code?: string;
}

export interface Package {
    /** Path of the module. */
    name: string;
    /** Version of the module. */
    version: string;
    /** What it is. */
    description: string;
    /** Commands, by name. */
    scripts: Record<string, string>;
    /** Where the source is. */
    repository: Repository;
    /** Who wrote it. */
    author: string;
    /** SPDX identifier. */
    license: string;
    /** Where to report one. */
    bugs: Link;
    /** Where to read more. */
    homepage: string;
    /** Always empty. */
    devDependencies: Record<string, string>;
    /** Go modules that are linked in, with their versions. */
    dependencies: Record<string, string>;
}

export interface Password {
    /** Password that the record was stored with. */
    password: string;
}

export interface Performance {
    /** CPU time. */
    cpu: CPUUsage;
    /** Memory in use. */
    memory: MemoryUsage;
    /** What the kernel counted. */
    resource: ResourceUsage;
}

export interface Person {
    /** As git has it. */
    name: string;
    /** As git has it. */
    email: string;
}

export interface Problem {
    /** Names the kind of problem: its place in docs/errors.md. */
    type: string;
    /** The same for every problem of this kind. */
    title: string;
    /** The HTTP status. */
    status: number;
    /** What was wrong this time, and what to do. */
    detail: string;
    /** Stable name to branch on. */
    code: "already_registered" | "body_too_large" | "database_unavailable" | "history_not_found" | "idempotency_key_reused" | "in_progress" | "internal_error" | "invalid_body" | "invalid_request" | "method_not_allowed" | "no_such_route" | "not_implemented" | "order_mismatch" | "pg_declined" | "pg_outcome_unknown" | "pg_unavailable" | "price_mismatch" | "reservation_not_found" | "too_many_attempts" | "undecryptable_body" | "undo_refused" | "unknown_vendor" | "wrong_password";
    /** The same as status. */
    statusCode: number;
    /** The same as detail. */
    message: string;
    /** The same as title. */
    error: string;
    /** Each field that is wrong. */
    errors?: InvalidField[];
    /** The gateway's own words, where it declined. */
    pg?: PGError;
    /** Stands in the server's log. */
    request_id?: string;
}

export interface RefundAccount {
    /** Bank, by the name or code that the gateway knows. */
    bank: string;
    /** Account number. */
    account: string;
    /** Name of the account's holder. */
    holder: string;
    /** Telephone number of the holder. */
    mobile: string;
}

export interface Repository {
    /** Kind of repository. */
    type: "git";
    /** Address of the repository. */
    url: string;
}

export type Reservation = IamportReservation | TossReservation;

export interface ReservationVendor {
    /** The payment gateway. */
    code: "iamport" | "toss.payments";
    /** The merchant account at the gateway. */
    store_id: string;
    /** The gateway's key: customer_uid or billingKey. */
    uid: string;
}

export interface ResourceUsage {
    /** µs in user mode. */
    userCPUTime: number;
    /** µs in the kernel. */
    systemCPUTime: number;
    /** Largest resident set so far, in KiB. */
    maxRSS: number;
    /** Always 0: Linux does not count it. */
    sharedMemorySize: number;
    /** Always 0: Linux does not count it. */
    unsharedDataSize: number;
    /** Always 0: Linux does not count it. */
    unsharedStackSize: number;
    /** Page faults served without the disk. */
    minorPageFault: number;
    /** Page faults that went to the disk. */
    majorPageFault: number;
    /** Always 0: Linux does not count it. */
    swappedOut: number;
    /** Reads from the disk, in blocks of 512 bytes. */
    fsRead: number;
    /** Writes to the disk, in blocks of 512 bytes. */
    fsWrite: number;
    /** Always 0: Linux does not count it. */
    ipcSent: number;
    /** Always 0: Linux does not count it. */
    ipcReceived: number;
    /** Always 0: Linux does not count it. */
    signalsCount: number;
    /** Times that it waited for something. */
    voluntaryContextSwitches: number;
    /** Times that it was interrupted for another. */
    involuntaryContextSwitches: number;
}

export interface Source {
    /** Schema of the service's table. */
    schema: string;
    /** Table of the service's order. */
    table: string;
    /** Primary key of the service's order; the PG knows the order under this id. */
    id: string;
}

export interface SourcePassword {
    /** Password that the record was stored with. */
    password: string;
    /** Schema of the service's table. */
    schema: string;
    /** Table of the service's order. */
    table: string;
    /** Primary key of the service's order; the PG knows the order under this id. */
    id: string;
}

export interface StoreHistory {
    /** Where the gateway keeps the payment. */
    vendor: Vendor;
    /** Where the service keeps the order. */
    source: Source;
    /** Where the service wants to hear of changes. */
    webhook_url: string;
    /** What the service expects to be paid. A payment of another amount is refunded and refused. */
    price: number;
    /** Will be needed to read the record; nobody can recover it. */
    password: string;
}

export interface StoreReservation {
    /** Where the gateway keeps the billing key. */
    vendor: Vendor;
    /** Where the service keeps the customer or the subscription. */
    source: Source;
    /** A name for people. */
    title: string;
    /** Will be needed to read the record; nobody can recover it. */
    password: string;
}

export interface System {
    /** Made when the process started. */
    uid: string;
    /** Command line of the process. */
    arguments: string[];
    /** The commit that the binary was built from. */
    commit: Commit;
    /** The module, in the shape of a package.json. */
    package: Package;
    /** When the process started. */
    created_at: string;
}

/** As the gateway documents it. */
export interface TossBilling {
    mId: string;
    customerKey: string;
    billingKey: string;
    method: string;
    authenticatedAt: string | null;
    cardCompany?: string | null;
    cardNumber?: string | null;
}

/** As the gateway documents it. */
export interface TossCancel {
    cancelAmount: number;
    cancelReason: string;
    taxFreeAmount: number;
    taxAmount: number;
    refundableAmount: number;
    canceledAt: string | null;
    cancelStatus?: string | null;
    transactionKey?: string | null;
}

/** As the gateway documents it. */
export interface TossCard {
    number: string;
    installmentPlanMonths: number;
    isInterestFree: boolean;
    approveNo: string;
    useCardPoint: boolean;
    cardType: string;
    ownerType: string;
    acquireStatus: string;
    acquirerCode?: string | null;
    company?: string | null;
    issuerCode?: string | null;
    receiptUrl?: string | null;
}

/** As the gateway documents it. */
export interface TossCashReceiptSummary {
    type: string;
    amount: number;
    taxFreeAmount: number;
    issueNumber: string;
    receiptUrl: string;
}

/** As the gateway documents it. */
export interface TossFailure {
    code: string;
    message: string;
}

/** As the gateway documents it. */
export interface TossGiftCertificate {
    approveNo: string;
    settlementStatus: string;
}

export interface TossHistory {
    /** The record's id. */
    id: string;
    /** Tells which gateway's object data is; the same as vendor.code. */
    vendor_code: "toss.payments";
    /** Where the gateway keeps the payment. */
    vendor: Vendor;
    /** Where the service keeps the order. */
    source: Source;
    /** Toss Payments' own object, as it came; further fields may be in it: https://docs.tosspayments.com/reference. */
    data: TossPayment;
    /** ISO 4217 code. */
    currency: string;
    /** Amount of the payment. */
    price: number;
    /** Amount given back so far; null when nothing was. */
    refund: number | null;
    /** Where the service hears of changes. */
    webhook_url: string | null;
    /** When the record was stored. */
    created_at: string;
    /** When the money was captured; null until then. */
    paid_at: string | null;
    /** When the first refund happened; it stays. Null until then. */
    cancelled_at: string | null;
    /** Refunds, oldest first. */
    cancels: Cancel[];
}

/** As the gateway documents it. */
export interface TossMobilePhone {
    settlementStatus: string;
    carrier?: string | null;
    customerMobilePhone?: unknown;
}

/** As the gateway documents it. */
export interface TossPayment {
    mId: string;
    version: string;
    paymentKey: string;
    orderId: string;
    orderName: string;
    type: string;
    method: string;
    status: string;
    currency: string;
    totalAmount: number;
    balanceAmount: number;
    suppliedAmount: number;
    taxFreeAmount: number;
    vat: number;
    useEscrow: boolean;
    cultureExpense: boolean;
    requestedAt: string | null;
    approvedAt: string | null;
    cancels: TossCancel[] | null;
    cashReceipt: TossCashReceiptSummary | null;
    card?: TossCard | null;
    failure?: TossFailure | null;
    giftCertificate?: TossGiftCertificate | null;
    lastTransactionKey?: string | null;
    mobilePhone?: TossMobilePhone | null;
    secret?: string | null;
    transactionKey?: string | null;
    transfer?: TossTransfer | null;
    virtualAccount?: TossVirtualAccount | null;
}

export interface TossReservation {
    /** The record's id. */
    id: string;
    /** Tells which gateway's object data is; the same as vendor.code. */
    vendor_code: "toss.payments";
    /** Where the gateway keeps the billing key. */
    vendor: ReservationVendor;
    /** Where the service keeps the customer or the subscription. */
    source: Source;
    /** As the service named it. */
    title: string;
    /** Toss Payments' own object, as it came; further fields may be in it: https://docs.tosspayments.com/reference. */
    data: TossBilling;
    /** When the record was stored. */
    created_at: string;
}

/** As the gateway documents it. */
export interface TossTransfer {
    settlementStatus: string;
    bank?: string | null;
    bankCode?: string | null;
}

/** As the gateway documents it. */
export interface TossVirtualAccount {
    accountNumber: string;
    accountType: string;
    customerName: string;
    dueDate: string;
    expired: boolean;
    settlementStatus: string;
    refundStatus: string;
    bank?: string | null;
    bankCode?: string | null;
}

export interface Vendor {
    /** The payment gateway. */
    code: "iamport" | "toss.payments";
    /** The gateway's key: imp_uid or paymentKey of a payment, customer_uid or billingKey of a billing key. */
    uid: string;
    /** The merchant account at the gateway; unknown ids mean the default account. */
    store_id: string;
}

export interface Webhook {
    /** The same in every attempt to deliver it. */
    id: string;
    /** Where the service keeps the order. */
    source: Source;
    /** The record before the change. */
    previous: History;
    /** The record after the change. */
    current: History;
}
