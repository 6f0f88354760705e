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
    /** The merchant's account at the payment company. */
    pg_id: string;
    /** The payment company's key of the refund. */
    pg_tid: string;
    /** Amount given back, in the currency of the payment. */
    amount: number;
    /** When it was given back, in Unix seconds. */
    cancelled_at: number;
    /** Why, as the service said. */
    reason: string;
    /** Page of the receipt of this refund. */
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
    /** How it is paid: card, samsung, trans, vbank, phone, kakaopay and others. Decides which further fields there are. */
    pay_method: string;
    /** Iamport's key of the payment. */
    imp_uid: string;
    /** The service's key of the order. */
    merchant_uid: string;
    /** Name of the order, for people. */
    name: string | null;
    /** Amount of the payment, in its currency. */
    amount: number;
    /** Sum refunded so far, in the same currency; 0 for nothing. */
    cancel_amount: number;
    /** ISO 4217 code: KRW, USD, EUR, JPY. */
    currency: string;
    /** Page of the receipt, for the customer. */
    receipt_url: string;
    /** Whether a cash receipt was issued. The real Iamport calls it cash_receipt_issued. */
    cash_receipt_issue: boolean;
    /** Where the customer paid: pc, mobile, api. */
    channel: string;
    /** Payment company behind Iamport, such as html5_inicis or nice. */
    pg_provider: string;
    /** Wallet inside of that company, such as naverpay; null for none. */
    emb_pg_provider: string | null;
    /** The merchant's account at that company. */
    pg_id: string;
    /** That company's key of the transaction. */
    pg_tid: string;
    /** Whether the money waits in escrow until delivery. */
    escrow: boolean;
    /** Name of the customer. */
    buyer_name: string | null;
    /** E-mail address of the customer. */
    buyer_email: string | null;
    /** Telephone number of the customer. */
    buyer_tel: string | null;
    /** Address of the customer. */
    buyer_addr: string | null;
    /** Postal code of the customer. */
    buyer_postcode: string | null;
    /** Billing key that was charged; null where none was. */
    customer_uid: string | null;
    /** What the billing key was used for: issue, payment and others. */
    customer_uid_usage: string | null;
    /** What the service had kept with the payment, as text. */
    custom_data: string | null;
    /** Browser that the customer paid with. */
    user_agent: string | null;
    /** ready, paid, failed or cancelled. Refunded in part, it may be paid or cancelled: look at cancel_amount. */
    status: string;
    /** When the payment was begun, in Unix seconds. */
    started_at: number;
    /** When it was paid, in Unix seconds; 0 for never. */
    paid_at: number;
    /** When it failed, in Unix seconds; 0 for never. */
    failed_at: number;
    /** When it was refunded last, in Unix seconds; 0 for never. */
    cancelled_at: number;
    /** Why it failed; null if it did not. */
    fail_reason: string | null;
    /** Why it was refunded; null if it was not. */
    cancel_reason: string | null;
    /** Each refund, oldest first. */
    cancel_history: IamportCancel[];
    /** The card company's number of the approval. */
    apply_num?: string | null;
    /** Code of the bank. */
    bank_code?: string | null;
    /** Name of the bank. */
    bank_name?: string | null;
    /** Code of the card company. */
    card_code?: string | null;
    /** Name of the card company or the card. */
    card_name?: string | null;
    /** Number of the card, masked by the real Iamport. */
    card_number?: string | null;
    /** Months of instalment; 0 for all at once. */
    card_quota?: number | null;
    /** Where Iamport sends its webhooks of this payment. */
    notice_url?: string | null;
    /** Code of the bank. */
    vbank_code?: string | null;
    /** Until when a deposit is taken, in Unix seconds. */
    vbank_date?: number | null;
    /** Name of the account, as the customer sees it when paying in. */
    vbank_holder?: string | null;
    /** When the account was opened, in Unix seconds; in milliseconds from the fake of the original. */
    vbank_issued_at?: number | null;
    /** Name of the bank. */
    vbank_name?: string | null;
    /** Number of the account. */
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
    /** The billing key: the service's own key of the card. */
    customer_uid: string;
    /** Payment company behind Iamport that keeps the card. */
    pg_provider: string;
    /** The merchant's account at that company. */
    pg_id: string;
    /** Kind of card: 0 credit, 1 debit; a text at the fake. */
    card_type: string;
    /** Code of the card company. */
    card_code: string;
    /** Name of the card company or the card. */
    card_name: string;
    /** Number of the card, masked by the real Iamport. */
    card_number: string;
    /** Name of the customer. */
    customer_name: string | null;
    /** Telephone number of the customer. */
    customer_tel: string | null;
    /** E-mail address of the customer. */
    customer_email: string | null;
    /** Address of the customer. */
    customer_addr: string | null;
    /** Postal code of the customer. */
    customer_postcode: string | null;
    /** When the card was registered first, in Unix seconds. */
    inserted: number;
    /** When it was registered last, in Unix seconds. */
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
    /** Of the trace of the request, where the server keeps traces. */
    trace_id?: string;
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
    /** The merchant's account at Toss Payments. */
    mId: string;
    /** The service's key of the customer. The billing key works together with it only. */
    customerKey: string;
    /** Toss Payments' key of the card. */
    billingKey: string;
    /** 카드 (card). */
    method: string;
    /** When the customer was authenticated and the card registered. */
    authenticatedAt: string | null;
    /** Name of the card company. */
    cardCompany?: string | null;
    /** Number of the card, masked by the real Toss Payments. */
    cardNumber?: string | null;
}

/** As the gateway documents it. */
export interface TossCancel {
    /** Amount given back, in the currency of the payment. */
    cancelAmount: number;
    /** Why, as the service said. */
    cancelReason: string;
    /** The part of it that was free of tax. */
    taxFreeAmount: number;
    /** The part of it that was taxed. */
    taxAmount: number;
    /** What could still be refunded afterwards. */
    refundableAmount: number;
    /** When it was given back. */
    canceledAt: string | null;
    /** State of the refund: IN_PROGRESS, DONE or ABORTED; the last has given nothing back. */
    cancelStatus?: string | null;
    /** Key of the refund; the fake has none in its reference style. */
    transactionKey?: string | null;
}

/** As the gateway documents it. */
export interface TossCard {
    /** Number of the card, masked by the real Toss Payments. */
    number: string;
    /** Months of instalment; 0 for all at once. */
    installmentPlanMonths: number;
    /** Whether the merchant bears the interest of instalments. */
    isInterestFree: boolean;
    /** The card company's number of the approval. */
    approveNo: string;
    /** Whether the customer paid with points of the card. */
    useCardPoint: boolean;
    /** 신용 (credit), 체크 (debit) or 기프트 (gift). */
    cardType: string;
    /** 개인 (a person's) or 법인 (a firm's). */
    ownerType: string;
    /** Settlement with the card company: READY, REQUESTED, COMPLETED, CANCEL_REQUESTED, CANCELED. */
    acquireStatus: string;
    /** Code of the company that settles the payment. */
    acquirerCode?: string | null;
    /** Name of the card company, such as 신한카드, until version 2022-11-16. */
    company?: string | null;
    /** Code of the company that issued the card. */
    issuerCode?: string | null;
    /** Page of the receipt, for the customer. */
    receiptUrl?: string | null;
}

/** As the gateway documents it. */
export interface TossCashReceiptSummary {
    /** 소득공제 (for income tax) or 지출증빙 (for the books of a firm). */
    type: string;
    /** Amount of the receipt, in won. */
    amount: number;
    /** The part of it that is free of tax, in won. */
    taxFreeAmount: number;
    /** The tax office's number of the receipt. */
    issueNumber: string;
    /** Page of the receipt, for the customer. */
    receiptUrl: string;
}

/** As the gateway documents it. */
export interface TossFailure {
    /** Toss Payments' code of the reason. */
    code: string;
    /** The reason in words, in Korean. */
    message: string;
}

/** As the gateway documents it. */
export interface TossGiftCertificate {
    /** The issuer's number of the approval. */
    approveNo: string;
    /** Settlement with the merchant: INCOMPLETE or COMPLETE. */
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
    /** Settlement with the merchant: INCOMPLETED or COMPLETED. */
    settlementStatus: string;
    /** Telephone company, until version 2022-11-16. */
    carrier?: string | null;
    /** Telephone number: a text, or an object that masks it, by version. */
    customerMobilePhone?: unknown;
}

/** As the gateway documents it. */
export interface TossPayment {
    /** The merchant's account at Toss Payments. */
    mId: string;
    /** Version of the API that wrote this object, such as 2022-11-16. */
    version: string;
    /** Toss Payments' key of the payment. */
    paymentKey: string;
    /** The service's key of the order. */
    orderId: string;
    /** Name of the order, for people. */
    orderName: string;
    /** NORMAL, BILLING (with a billing key) or BRANDPAY. */
    type: string;
    /** How it is paid: 카드, 가상계좌, 계좌이체, 휴대폰, 상품권, 간편결제 and others. Names the member that has the particulars. */
    method: string;
    /** READY, IN_PROGRESS, WAITING_FOR_DEPOSIT, DONE, CANCELED, PARTIAL_CANCELED, ABORTED, EXPIRED and others. */
    status: string;
    /** ISO 4217 code. */
    currency: string;
    /** Amount of the payment, in its currency. */
    totalAmount: number;
    /** What can still be refunded, in the same currency. */
    balanceAmount: number;
    /** Amount without the value added tax. */
    suppliedAmount: number;
    /** The part of the amount that is free of tax. */
    taxFreeAmount: number;
    /** Value added tax in the amount. */
    vat: number;
    /** Whether the money waits in escrow until delivery. */
    useEscrow: boolean;
    /** Whether it counts as an expense for culture: books, concerts, museums. */
    cultureExpense: boolean;
    /** When the payment was begun. */
    requestedAt: string | null;
    /** When it was approved; null until then. Of a virtual account look at status: it may be approved before the deposit. */
    approvedAt: string | null;
    /** Each refund, oldest first; null before the first one. */
    cancels: TossCancel[] | null;
    /** The cash receipt of the payment; null without one. */
    cashReceipt: TossCashReceiptSummary | null;
    /** Particulars of a card. */
    card?: TossCard | null;
    /** Why the payment was aborted; null if it was not. */
    failure?: TossFailure | null;
    /** Particulars of a gift certificate. */
    giftCertificate?: TossGiftCertificate | null;
    /** Key of the last transaction, since version 1.4: the approval or a refund. */
    lastTransactionKey?: string | null;
    /** Particulars of a telephone bill. */
    mobilePhone?: TossMobilePhone | null;
    /** Also in the webhook DEPOSIT_CALLBACK, and proves where that came from. */
    secret?: string | null;
    /** Key of the last transaction, in version 1.3 and the fakes. */
    transactionKey?: string | null;
    /** Particulars of a bank transfer. */
    transfer?: TossTransfer | null;
    /** Particulars of a virtual account. */
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
    /** Settlement with the merchant: INCOMPLETED or COMPLETED. */
    settlementStatus: string;
    /** Name of the bank, until version 2022-11-16. */
    bank?: string | null;
    /** Code of the bank. */
    bankCode?: string | null;
}

/** As the gateway documents it. */
export interface TossVirtualAccount {
    /** Number of the account. */
    accountNumber: string;
    /** 일반 (made for this payment) or 고정 (kept for a customer). */
    accountType: string;
    /** Name of the account, as the customer sees it when paying in. */
    customerName: string;
    /** Until when a deposit is taken: a date or a moment, by version. */
    dueDate: string;
    /** Whether that time is over. */
    expired: boolean;
    /** Settlement with the merchant: INCOMPLETED or COMPLETED. */
    settlementStatus: string;
    /** State of a refund: NONE, PENDING, FAILED, PARTIAL_FAILED, COMPLETED. */
    refundStatus: string;
    /** Name of the bank, until version 2022-11-16. */
    bank?: string | null;
    /** Code of the bank. */
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
