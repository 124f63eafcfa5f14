internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import WireProtocol

/// What a call of Docker comes to: an action on a resource, with what is known of it.
struct DockerQuestion: Sendable {
    private(set) var action: DockerAction
    /// The resource's ARN.
    private(set) var resource: String
    private(set) var facts = DockerFacts()

    private let call: DockerCall
    private let target: DockerTarget
    private let route: DockerRoute
    private let labels: [String]

    /// Reads a call.
    ///
    /// - Parameter isResponse: whether the answer is there, and what a mapping takes from it will be added.
    init(_ call: DockerCall, mapping: DockerMapping, isResponse: Bool = false) throws(DockerFault) {
        self.call = call
        target = try DockerTarget(call.uri)
        labels = mapping.labels
        guard let (route, names) = DockerRoute.find(call.method, target.segments) else {
            throw DockerFault(
                "\(UserText.escaped(call.method)) on this path is no call of the Engine API that is known")
        }
        self.route = route
        action = route.action
        resource = "arn:aws:docker:::"
        let body = try DockerQuestion.body(call, route)
        // An import is a stream, and is judged whole.
        if route.body == .parameters, call.mayHaveForm, try !isImport {
            throw DockerFault("parameters could come from a form in the body; send none, with `Content-Length: 0`")
        }
        try describe(names, body)
        facts.text("ApiVersion", target.version?.text)
        facts.text("TLSUser", call.user)
        facts.flag("IsResponse", isResponse)
    }

    /// The question as it is put to the policies.
    func question(by principal: String) -> WireQuestion {
        WireQuestion(
            principal: principal, action: action.rawValue, resource: resource, context: facts.entries)
    }

    /// Adds what a mapping takes from the answer.
    mutating func add(_ entry: WireContextEntry) { facts.add(entry) }

    /// The body that a route cannot be judged without.
    ///
    /// The engine withholds bodies that are no JSON by their type, and those past 1 MiB however they say their length (spec
    /// `protocols.md` §2.7): what is not there is not known to be harmless.
    private static func body(_ call: DockerCall, _ route: DockerRoute) throws(DockerFault) -> JSONNode? {
        guard route.body == .json || route.body == .object else { return nil }
        guard let bytes = call.body else {
            throw DockerFault(
                "the body cannot be seen, and what cannot be seen is denied; is it over 1 MiB, or no JSON?")
        }
        do throws(JSONError) {
            return try JSONDocument(bytes, limits: .body(bytesMax: DockerLimits.bodyBytesMax)).root
        } catch {
            throw DockerFault("the body, line \(error.position.line): \(error.message)")
        }
    }

    private mutating func describe(_ names: [Text], _ body: JSONNode?) throws(DockerFault) {
        switch route.body {
        case .object:
            guard let body else { return }
            try describe(try GoObject(body, "the body"), names)
        case .json, .parameters, .none: try describeParameters(names)
        }
    }

    /// Calls whose body is an object.
    private mutating func describe(_ body: GoObject, _ names: [Text]) throws(DockerFault) {
        switch action {
        case .containerCreate:
            // The engine leaves a slash before the name away.
            let name = try target.query.value("name").map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
            try setResource(name)
            return try facts.container(body, labels: labels)
        case .volumeCreate: try setResource(try body.string("Name"))
        case .networkCreate, .serviceCreate, .secretCreate, .configCreate: try setResource(try body.string("Name"))
        default: try setResource(names.first?.string)
        }
        switch action {
        case .containerUpdate: try facts.update(body)
        case .execCreate: try facts.exec(body)
        case .volumeCreate: try facts.volume(body, labels: labels)
        case .networkCreate: try facts.network(body, labels: labels)
        case .networkConnect, .networkDisconnect: try facts.connection(body)
        case .serviceCreate, .serviceUpdate: try facts.service(body, labels: labels)
        case .secretCreate, .secretUpdate, .configCreate, .configUpdate: try facts.secret(body, labels: labels)
        case .nodeUpdate: try facts.node(body, labels: labels)
        default: break
        }
    }

    /// Calls that say it all in their target.
    private mutating func describeParameters(_ names: [Text]) throws(DockerFault) {
        switch action {
        case .imagePull: try describePull()
        case .imageCommit:
            try setResource(try target.query.value("container"))
            facts.text("NewImage", try newImage())
        case .imageTag:
            try setImage(names.first?.string)
            facts.text("NewImage", try newImage())
        case .imagePush:
            let tag = try target.query.value("tag").map { ":" + $0 } ?? ""
            try setImage(names.first.map { $0.string + tag })
        case .containerRename:
            try setResource(names.first?.string)
            facts.text("NewName", try target.query.value("name"))
        case .pluginPull, .pluginUpgrade, .pluginPrivileges:
            let name = try target.query.value("name")
            try setResource(names.first?.string ?? name, mayHaveSlashes: true)
            facts.text("Remote", try target.query.value("remote"))
        default:
            switch route.resource {
            case .image: try setImage(names.first?.string)
            default: try setResource(names.first?.string, mayHaveSlashes: route.resource == .plugin)
            }
        }
    }

    /// Whether `images/create` makes an image of what comes in or lies at a URL.
    private var isImport: Bool {
        get throws(DockerFault) {
            guard route.action == .imagePull else { return false }
            return try target.query.value("fromSrc") != nil
        }
    }

    /// `images/create` pulls an image, or makes one.
    ///
    /// Who may make one may make any: its content comes from outside, and a form in the stream's place could even pull
    /// another. So it is asked for all images, and nothing is said of its name.
    private mutating func describePull() throws(DockerFault) {
        if try isImport {
            action = .imageImport
            return try setImage(nil)
        }
        guard let image = try target.query.value("fromImage") else {
            throw DockerFault("`images/create` says no image")
        }
        let tag = try target.query.value("tag")
        guard tag == nil || !DockerImageName.isTagged(image) else {
            throw DockerFault("the image has a tag of its own beside `tag`")
        }
        let separator = tag.map { $0.utf8.contains(ASCII.colon) ? "@" : ":" } ?? ""
        // Without a tag the engine pulls all of them.
        try setImage(image + separator + (tag ?? ""), defaultTag: "*")
    }

    private func newImage() throws(DockerFault) -> String? {
        guard let name = try target.query.value("repo") else { return nil }
        let tag = try target.query.value("tag").map { ":" + $0 } ?? ""
        return DockerImageName.canonical(name + tag)
    }

    private mutating func setImage(_ name: String?, defaultTag: String = "latest") throws(DockerFault) {
        try setResource(
            name.map { DockerImageName.canonical($0, defaultTag: defaultTag) }, mayHaveSlashes: true)
    }

    /// The resource's name; what has none yet, and many at once, is `*`.
    private mutating func setResource(_ name: String?, mayHaveSlashes: Bool = false) throws(DockerFault) {
        guard route.resource != .daemon else {
            resource += route.resource.rawValue
            return
        }
        let name = name ?? "*"
        guard Template.fits(name, isLast: mayHaveSlashes) else {
            throw DockerFault("\(UserText.quoted(name)) is no name of a \(route.resource.rawValue)")
        }
        resource += "\(route.resource.rawValue)/\(name)"
    }
}

/// The bounds of Docker's plugin protocol.
enum DockerLimits {
    /// A call: the engine puts bodies up to 1 MiB into it as base64, 1.4 MB in all.
    static let callBytesMax = 2 * 1024 * 1024
    /// A body inside a call: the engine withholds longer ones.
    static let bodyBytesMax = 1024 * 1024
}
