// The commands of the one binary: a name, a line of help, a function each. Usage is printed from the
// table in commands.cpp; each command is one file here that reads its arguments, refuses what is wrong
// before anything starts, builds the parts and runs them.
//
// Exit codes: 0 done, 1 failed, 2 wrong usage. Data on stdout, messages on stderr.
#pragma once

namespace anemone {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

struct Command {
  const char* name;
  const char* help;
  int (*run)(int argc, char** argv);  // argv[0] is the command's own name
};

int flows(int argc, char** argv);
int topology(int argc, char** argv);
int lsdb(int argc, char** argv);
int routes(int argc, char** argv);
int path(int argc, char** argv);
int load(int argc, char** argv);
int coverage(int argc, char** argv);
int convert(int argc, char** argv);
int bound(int argc, char** argv);
int optimize(int argc, char** argv);
int top(int argc, char** argv);
int sweep(int argc, char** argv);
int whatif(int argc, char** argv);
int events(int argc, char** argv);
int diff(int argc, char** argv);
int snoop(int argc, char** argv);
int agent(int argc, char** argv);
int query(int argc, char** argv);
int define(int argc, char** argv);
int doctor(int argc, char** argv);
int serve(int argc, char** argv);
int token(int argc, char** argv);
int demo(int argc, char** argv);

// Finds the command that argv[1] names and runs it.
int run(int argc, char** argv);

}  // namespace anemone
