import PolicyModel
import Testing

@Suite struct ARNTests {
    @Test func `has six fields, the last with whatever colons are left`() throws {
        let arn = try #require(ARN("arn:aws:docs:eu:111122223333:a/b:c:d"))
        #expect(arn.partition == "aws")
        #expect(arn.service == "docs")
        #expect(arn.region == "eu")
        #expect(arn.account == "111122223333")
        #expect(arn.resource == "a/b:c:d")
        #expect(arn.description == "arn:aws:docs:eu:111122223333:a/b:c:d")
    }

    @Test(arguments: ["arn:::::", "arn:aws:s3:::b"] as [Text])
    func `may have empty fields`(text: Text) {
        #expect(ARN(text)?.text == text)
    }

    @Test(
        arguments: ["", "*", "arn", "arn:aws:s3::", "ARN:aws:s3:::b", " arn:aws:s3:::b", "xarn:a:b:c:d:e", "notanarn"]
            as [Text])
    func `is refused with fewer fields or another beginning`(text: Text) {
        #expect(ARN(text) == nil)
    }
}

@Suite struct AccountIDTests {
    @Test func `is twelve digits`() {
        #expect(AccountID("111122223333")?.description == "111122223333")
        #expect(AccountID("000000000000")?.rootARN == "arn:aws:iam::000000000000:root")
    }

    @Test(
        arguments: ["", "11112222333", "1111222233334", "11112222333a", "１１１１２２２２３３３３", "aws", " 11112222333"] as [Text]
    )
    func `is nothing else`(text: Text) {
        #expect(AccountID(text) == nil)
    }
}
