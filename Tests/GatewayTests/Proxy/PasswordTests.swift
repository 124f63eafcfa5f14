import Foundation
import PolicyModel
import Testing

@testable import Gateway

@Suite("Passwords")
struct PasswordTests {
    // Made by Python's hashlib, so that the two agree on what the parameters mean.
    static let scrypt = "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSlLAiXidGotJDjNW2C6LVi4"
    static let pbkdf2 = "$pbkdf2-sha256$10000$c2FsdHNhbHRzYWx0$oSjLaZL9nI2PrsFI86vHpeija8yVx2khUfZK135gBlU"

    @Test("hashes of either kind match the password, and no other", arguments: [scrypt, pbkdf2])
    func hashes(_ text: String) throws {
        let hash = try #require(PasswordHash(Text(text)))
        #expect(hash.matches("sécret"))
        #expect(!hash.matches("se\u{301}cret") && !hash.matches("") && !hash.matches("sécret "))
    }

    @Test(
        "hashes of other kinds, too cheap or too dear, are refused",
        arguments: [
            "", "secret", "$apr1$x$y", "$2y$10$abc", "{SHA}x",
            "$scrypt$ln=9,r=8,p=1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg",
            "$scrypt$ln=20,r=32,p=1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg",
            "$scrypt$ln=10,r=8$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg",
            "$scrypt$r=8,ln=10,p=1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg",
            "$pbkdf2-sha256$1$c2FsdHNhbHRzYWx0$Gz98Blif/W1hO6xFYo+FSg",
            "$pbkdf2-sha256$10000$c2E$Gz98Blif/W1hO6xFYo+FSg", "$pbkdf2-sha256$10000$c2FsdHNhbHRzYWx0$Gz98",
            scrypt + "$x",
        ])
    func badHashes(_ text: String) { #expect(PasswordHash(Text(text)) == nil) }

    @Test(
        "a file with one line that cannot be used is no file, and names the line",
        arguments: [
            ("alice:\(scrypt)\nbob", 2), ("alice:secret", 1), ("# people\n\nalice:\(scrypt)\nalice:\(pbkdf2)", 4),
            (":\(scrypt)", 1),
        ])
    func badFiles(_ text: String, _ line: Int) {
        #expect(throws: PasswordFile.Failure(line: line)) { try PasswordFile(Array(text.utf8)) }
    }

    @Test(
        "credentials are a name and a password",
        arguments: [
            ("alice:secret", "alice|secret"), ("alice:a:b", "alice|a:b"), ("alice:", "alice|"), (":secret", nil),
            ("alice", nil),
            ("ali\u{0}ce:secret", nil), ("", nil),
        ] as [(String, String?)])
    func credentials(_ text: String, _ expected: String?) {
        let found = PasswordChecker.userAndPassword(Data(text.utf8).base64EncodedString())
        #expect(found.map { "\($0.user)|\($0.password)" } == expected)
        #expect(PasswordChecker.userAndPassword("%%") == nil)
    }
}
