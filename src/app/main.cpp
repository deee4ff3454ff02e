#include "app/commands.h"

int main(int argc, char** argv) { return anemone::run(argc, argv); }
