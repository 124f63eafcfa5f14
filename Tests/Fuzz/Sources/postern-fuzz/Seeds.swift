import Foundation
import JSONDocument
import PolicyCases
import PolicyModel

/// The first inputs of every target, from the specification's cases and the JSON corpus.
enum Seeds {
    /// Writes a folder a target and the dictionary; a seed's name is its number, so that the same cases give the same
    /// files.
    static func write(to folder: String) throws {
        let files = try CaseFile.all
        let cases = files.flatMap(\.cases)
        require(cases.count > 100, "only \(cases.count) cases were found")
        try write(documents(cases).map { [ParserTarget.digit($0.kind)] + $0.text }, .parser, folder)
        try write(documents(cases).map(compileSeed), .compile, folder)
        try write(messages() + JSONCorpus.accepted + JSONCorpus.refused, .wire, folder)
        try write(try patterns(cases), .glob, folder)
        try write(choices(), .decide, folder)
        try Data(Words.file.utf8).write(to: URL(filePath: folder).appending(path: "words.dict"))
    }

    private static func write(_ seeds: [[UInt8]], _ target: FuzzTarget, _ folder: String) throws {
        let place = URL(filePath: folder).appending(path: target.rawValue)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for (number, seed) in seeds.enumerated() {
            try Data(seed).write(to: place.appending(path: "seed-\(number)"))
        }
        print("\(target.rawValue): \(seeds.count) seeds")
    }

    // MARK: Documents

    private typealias Seed = (kind: PolicyKind, text: [UInt8])

    /// Every document of a case, as text; a condition or pattern alone becomes a document around it.
    private static func documents(_ cases: [Case]) -> [Seed] {
        cases.flatMap { row -> [Seed] in
            let kinds: [(String, PolicyKind)] = [
                ("identityPolicies", .identity), ("attachedPolicies", .managed), ("permissionsBoundary", .boundary),
                ("resourcePolicies", .resource), ("managedSessionPolicies", .managed),
                ("sessionPolicies", .session), ("trustPolicy", .trust),
            ]
            let whole = kinds.flatMap { name, kind in
                (row.node[name].map { $0.elements ?? [$0] } ?? []).map { (kind, Array(row.source(of: $0).utf8)) }
            }
            guard let condition = row.node["condition"] else { return whole }
            let text =
                #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"docs:Read","Resource":"*","#
                + "\"Condition\":\(row.source(of: condition))}}"
            return whole + [(.identity, Array(text.utf8))]
        }
    }

    /// A word of the header changed, another one in each seed.
    private static func compileSeed(_ seed: Seed) -> [UInt8] {
        let place = UInt8(seed.text.count % 200)
        return [ParserTarget.digit(seed.kind), 0, place, place % 16, 0, 2, 0, 0, 0] + seed.text
    }

    // MARK: Others

    private static func messages() -> [[UInt8]] {
        let call = #"{"method":"io.postern.Authorize","parameters":{"principal":"p","action":"a:b","resource":"*""#
        let session =
            #","session":{"policies":[{"Statement":[{"Effect":"Allow"}]}],"tags":{"team":"a"},"mfaPresent":true}"#
        let texts =
            JSONCorpus.messages + assumptions
            + [call + session + "}}", call + #","context":{"app:Level":[],"APP:tags":["a",1,true,null]}}}"#]
            + ["Status", "Reload", "Watch", "AssumeRole"].map {
                #"{"method":"io.postern.\#($0)","more":true,"parameters":{}}"#
            }
        return texts.map { Array($0.utf8) }
    }

    /// Calls of AssumeRole with every member, and questions with every member of a session.
    private static let assumptions = [
        #"{"method":"io.postern.AssumeRole","parameters":{"principal":"p","role":"arn:aws:iam::111122223333:role/r","#
            + #""sessionName":"sess","tags":{"team":"a","x":""},"transitiveTagKeys":["Team"],"sourceIdentity":"bob","#
            + #""externalId":"a/b:c","policies":[{"Statement":[]}],"policyArns":["arn:aws:iam::aws:policy/V"],"#
            + #""durationSeconds":900,"federatedProvider":"idp.example","context":{"app:Tags":["a"]},"explain":true,"#
            + #""session":{"tags":{"k":"v"},"transitiveTagKeys":["k"],"issued":"2026-01-01T00:00:00Z"}}}"#,
        #"{"method":"io.postern.AuthorizeMany","parameters":{"principal":"p","action":"a:b","resource":"*","#
            + #""session":{"policies":[{"a":[1]}],"policyArns":[],"mfaPresent":true,"mfaAgeSeconds":3,"user":"u","#
            + #""sourceIdentity":"bob","federatedProvider":"f"},"questions":[{},{"session":{"tags":{}}},{"session":null}]}}"#,
    ]

    /// The digit says the form: `GlobTarget.Form`.
    private static func patterns(_ cases: [Case]) throws -> [[UInt8]] {
        try cases.flatMap { row -> [[UInt8]] in
            guard let pattern = row.node["pattern"]?.string else { return [] }
            let isAction = row.node["action"] != nil
            let text = try row.text(isAction ? "action" : "resource").string
            return (isAction ? ["0"] : ["1", "2", "3", "5"]).map { Array("\($0)\(pattern)\n\(text)".utf8) }
        }
    }

    private static func choices() -> [[UInt8]] {
        (0..<64).map { number in
            (0..<96).map { UInt8(truncatingIfNeeded: number &* 89 &+ $0 &* 151 &+ $0 &* $0 &* number) }
        }
    }
}
