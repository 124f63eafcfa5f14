// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// A package of its own, so that what measuring needs never reaches a user of Postern.
let package = Package(
    name: "postern-benchmarks",
    dependencies: [
        .package(name: "postern", path: ".."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    ],
    targets: [
        .target(name: "CMeasure", linkerSettings: [.linkedLibrary("jansson"), .linkedLibrary("m")]),
        .target(
            name: "Ladder",
            dependencies: [
                "CMeasure",
                .product(name: "PosternAuthorizer", package: "postern"),
                .product(name: "PosternSidecar", package: "postern"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        .executableTarget(name: "postern-benchmarks", dependencies: ["Ladder"], swiftSettings: settings),
        .testTarget(
            name: "LadderTests", dependencies: ["Ladder", "postern-benchmarks"], swiftSettings: settings),
    ]
)
