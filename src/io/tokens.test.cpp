#include "io/tokens.h"

#include <doctest/doctest.h>

using namespace anemone;

TEST_CASE("a token is known by its digest, with role and name") {
  const std::string text = "# comment\n\n" + print_token_line("secret", {Role::kAgent, "web1"}) +
                           print_token_line("other", {Role::kAdmin, "ann"});
  CHECK(text.find("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b agent web1\n") !=
        std::string::npos);  // sha256sum says so
  CHECK(text.find("secret") == std::string::npos);
  const auto table = TokenTable::parse(text);
  REQUIRE(table);
  CHECK(table->size() == 2);
  REQUIRE(table->find("secret") != nullptr);
  CHECK(table->find("secret")->name == "web1");
  CHECK(table->find("other")->role == Role::kAdmin);
  CHECK(table->find("Secret") == nullptr);
  CHECK(table->find("") == nullptr);
}

TEST_CASE("what is no token file is refused with its line") {
  const auto problem = [](const char* text) { return TokenTable::parse(text).error().message; };
  CHECK(problem("\nabc agent x") ==
        "line 2: want 64 hexadecimal digits, the SHA-256 of the token (anemone token makes them)");
  CHECK(problem("abc") == "line 1: want the token's SHA-256, a role and a name");
  const std::string digest(64, 'a');
  CHECK(problem((digest + " viewer").c_str()) == "line 1: want a name behind the role");
  CHECK(problem((digest + " root x").c_str()) ==
        "line 1: 'root' is no role: want agent, viewer, operator or admin");
  CHECK(TokenTable::parse(digest + " viewer x\r\n"));
}

TEST_CASE("an agent's token speaks for its own name; without a name, for every one") {
  const std::string digest(64, 'a');
  CHECK(may_speak_for({Role::kAgent, "web1"}, "web1"));
  CHECK_FALSE(may_speak_for({Role::kAgent, "web1"}, "web2"));
  CHECK_FALSE(may_speak_for({Role::kAgent, "web1"}, "web"));
  CHECK(may_speak_for({Role::kAdmin, "ann"}, "web1"));
  CHECK_FALSE(may_speak_for({Role::kOperator, "web1"}, "web1"));
  CHECK(print_token_line("any", {Role::kAgent, ""}).ends_with(" agent *\n"));
  for (const std::string& line : {print_token_line("any", {Role::kAgent, ""}),
                                  print_token_line("any", {Role::kAgent, "*"}).substr(0, 70) + "\n"}) {
    const auto table = TokenTable::parse(line);
    REQUIRE(table);
    REQUIRE(table->find("any") != nullptr);
    CHECK(may_speak_for(*table->find("any"), "web2"));
  }
}

TEST_CASE("each role may do its own, and no more") {
  const auto rights = [](Role role) {
    std::string out;
    for (const Right right : {Right::kNone, Right::kView, Right::kOperate, Right::kReport}) {
      out += may(role, right) ? 'y' : 'n';
    }
    return out;
  };
  CHECK(rights(Role::kAgent) == "ynny");
  CHECK(rights(Role::kViewer) == "yynn");
  CHECK(rights(Role::kOperator) == "yyyn");
  CHECK(rights(Role::kAdmin) == "yyyy");
}

TEST_CASE("a token comes as a bearer's, or as the password that a browser sends") {
  CHECK(token_of("Bearer abc") == "abc");
  CHECK(token_of("bearer  abc ") == "abc");
  CHECK(token_of("Basic YW5uOnNlY3JldA==") == "secret");  // ann:secret, as base64(1) writes it
  CHECK(token_of("Basic OnNlY3JldA==") == "secret");
  CHECK(token_of("Basic YW5u").empty());
  CHECK(token_of("Basic *").empty());
  CHECK(token_of("Bearer").empty());
  CHECK(token_of("").empty());
}
