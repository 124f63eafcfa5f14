// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of ours is compiled with; set once, here.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let locks = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
/// What serves HTTP, and speaks TLS under it.
let web: [Target.Dependency] = [
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOExtras", package: "swift-nio-extras"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
/// What reads the identities of callers: certificates, tokens and passwords, and fetches the keys of issuers.
let identities: [Target.Dependency] = [
    .product(name: "AsyncHTTPClient", package: "async-http-client"),
    .product(name: "CryptoExtras", package: "swift-crypto"),
    .product(name: "JWTKit", package: "jwt-kit"),
    .product(name: "SwiftASN1", package: "swift-asn1"),
    .product(name: "X509", package: "swift-certificates"),
]

/// A room of the design: a library target under `Sources/` and its tests under `Tests/`.
///
/// `mayLookInto` is the design's table of arrows; a test reads the imports and holds them against it.
func room(
    _ name: String, mayLookInto rooms: [String], uses products: [Target.Dependency] = [],
    testsAlsoUse testProducts: [Target.Dependency] = [], testResources: [Resource] = []
) -> [Target] {
    [
        .target(
            name: name, dependencies: rooms.map { .byName(name: $0) } + products, swiftSettings: settings),
        .testTarget(
            name: name + "Tests",
            dependencies: [.byName(name: name)] + rooms.map { .byName(name: $0) } + products + testProducts,
            resources: testResources, swiftSettings: settings),
    ]
}

/// What the rooms need that decide, watch and answer the native socket.
let coreDependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
]

let package = Package(
    name: "postern",
    products: [
        .executable(name: "postern", targets: ["postern"]),
        .library(name: "PosternClient", targets: ["PosternClient"]),
        .library(
            name: "PosternAuthorizer",
            targets: ["PolicyModel", "PolicySyntax", "DecisionTree", "PolicyCompiler", "Authorizer"]),
        .library(
            name: "PosternSidecar",
            targets: [
                "JSONDocument", "Directory", "DirectoryStore", "WireProtocol", "Audit", "Sidecar", "PolicyReference",
            ]),
    ],
    dependencies: coreDependencies + [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.15.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.3.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.20.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.5.0"),
    ],
    targets: [
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CPrefetch"),
        // Random documents and questions for the tests; the daemon never links it.
        .target(name: "PolicyGenerators", dependencies: ["PolicyModel"], swiftSettings: settings),
        // Counts what tests allocate.
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        // The specification's rows and their readers, for every room that evaluates policies in its own way.
        .target(
            name: "PolicyCases",
            dependencies: [
                "JSONDocument", "PolicyModel", "PolicySyntax", "PolicyReference", "PolicyGenerators", "Directory",
            ],
            path: "Tests/PolicyCases", resources: [.copy("Cases")], swiftSettings: settings),
    ]
        + room("JSONDocument", mayLookInto: ["CJansson"])
        + room("PolicyModel", mayLookInto: [])
        + room(
            "PolicySyntax", mayLookInto: ["JSONDocument", "PolicyModel"], testResources: [.copy("Cases")])
        + room("DecisionTree", mayLookInto: ["CPrefetch", "PolicyModel"])
        + room(
            "PolicyCompiler", mayLookInto: ["PolicyModel", "DecisionTree"],
            testsAlsoUse: ["PolicySyntax", "PolicyReference", "PolicyGenerators"])
        + room(
            "Authorizer", mayLookInto: ["PolicyModel", "DecisionTree"],
            testsAlsoUse: [
                "JSONDocument", "PolicyCompiler", "PolicySyntax", "Directory", "PolicyReference", "PolicyGenerators",
                "PolicyCases",
            ],
            testResources: [.copy("Mutants")])
        + room(
            "PolicyReference", mayLookInto: ["PolicyModel"],
            testsAlsoUse: ["JSONDocument", "PolicySyntax", "PolicyGenerators", "PolicyCases"])
        + room(
            "Directory", mayLookInto: ["PolicyModel", "DecisionTree", "Authorizer", "PolicyCompiler", "PolicySyntax"],
            uses: [crypto, locks])
        + room(
            "DirectoryStore", mayLookInto: ["PolicyModel", "PolicySyntax", "Directory", "JSONDocument", "CLinux"],
            uses: [crypto, locks, logging],
            testsAlsoUse: ["Authorizer", "DecisionTree", "WireProtocol", "PolicyGenerators"])
        + room("Audit", mayLookInto: ["PolicyModel", "JSONDocument"], uses: [locks])
        + room(
            "WireProtocol", mayLookInto: ["PolicyModel", "DecisionTree"],
            testsAlsoUse: ["JSONDocument", "PolicyCompiler"])
        + room(
            "Sidecar",
            mayLookInto: [
                "PolicyModel", "DecisionTree", "WireProtocol", "Directory", "Authorizer", "PolicySyntax",
                "PolicyCompiler", "Audit", "CLinux",
            ],
            uses: [locks, logging],
            testsAlsoUse: [
                "JSONDocument", "PolicyReference", "PolicyCases", "PolicyGenerators", "PosternClient", "CAllocations",
            ])
        + room(
            "Gateway",
            mayLookInto: [
                "PolicyModel", "DecisionTree", "WireProtocol", "Directory", "Authorizer", "Audit", "JSONDocument",
            ],
            uses: [crypto, locks, logging] + web + identities,
            testsAlsoUse: ["DirectoryStore", "PolicyReference", "PolicyCases", "PolicyGenerators", "CLinux"],
            testResources: [.copy("Vectors")])
        + room("PosternClient", mayLookInto: ["PolicyModel", "DecisionTree", "WireProtocol", "CLinux"], uses: [locks])
        + room(
            "Commands",
            mayLookInto: [
                "PolicyModel", "PolicySyntax", "JSONDocument", "DecisionTree", "PolicyCompiler", "Authorizer",
                "Directory", "DirectoryStore", "WireProtocol", "Sidecar", "Gateway", "Audit", "PosternClient", "CLinux",
            ],
            uses: [argumentParser, histogram, locks, logging],
            testsAlsoUse: ["PolicyReference", "PolicyCases", "PolicyGenerators"])
        + [
            .executableTarget(name: "postern", dependencies: ["Commands"], swiftSettings: settings),
            .testTarget(name: "ArchitectureTests", swiftSettings: settings),
            .testTarget(
                name: "ProcessTests", dependencies: ["JSONDocument", "CLinux", "postern"], swiftSettings: settings),
        ]
)

// The sanitizers look at what we wrote for speed: rooms with addresses, loops and threads. Compiling what serves HTTP beside
// them, which has none of these, would take longer than everything else that a push runs.
if Context.environment["POSTERN_CORE_ONLY"] != nil {
    let others: Set<String> = ["Gateway", "GatewayTests", "Commands", "CommandsTests", "postern", "ProcessTests"]
    package.targets.removeAll { others.contains($0.name) }
    package.products.removeAll { others.contains($0.name) }
    package.dependencies = coreDependencies
}

// While working on a room: with `POSTERN_TESTS=GatewayTests,DirectoryStoreTests` no other tests are compiled.
if let wanted = Context.environment["POSTERN_TESTS"]?.split(separator: ",").map(String.init) {
    package.targets.removeAll { $0.type == .test && !wanted.contains($0.name) }
}
