#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <mtl/text/remembered_pieces.hpp>

#include "support/catch.hpp"

using namespace mtl;

namespace remembered_pieces_tests {

std::vector<Piece> pieces_of(int number) { return {{std::to_string(number), number, 0, 1, 0, 0}}; }

bool has(const detail::RememberedPieces& remembered, int number) {
  const auto* found = remembered.find("text " + std::to_string(number));
  if (found != nullptr && *found != pieces_of(number)) FAIL("the pieces of another text: " << number);
  return found != nullptr;
}

TEST_CASE("pieces that were added are found, up to as many as there is room for", "[text]") {
  detail::RememberedPieces remembered(500);
  CHECK(remembered.find("") == nullptr);
  for (int i = 0; i < 700; ++i) remembered.add("text " + std::to_string(i), pieces_of(i));
  int found = 0;
  for (int i = 0; i < 700; ++i) found += has(remembered, i);
  CHECK(found == 500);
  CHECK(has(remembered, 499));
  CHECK_FALSE(has(remembered, 500));
  const auto* before = remembered.find("text 7");
  remembered.add("text 7", pieces_of(8));
  CHECK(remembered.find("text 7") == before);
  CHECK(has(remembered, 7));
}

TEST_CASE("threads that add to the remembered pieces and read them find those of their texts", "[text]") {
  // Small tables, so that two threads are at one slot with different texts; many, for it takes a moment to be
  // wrong.
  constexpr int texts = 8, tables = 50'000;
  std::atomic<int> wrong = 0, ready = 0;
  std::vector<std::unique_ptr<detail::RememberedPieces>> remembered;
  for (int i = 0; i < tables; ++i) remembered.push_back(std::make_unique<detail::RememberedPieces>(texts));
  const auto work = [&](int step) {
    for (++ready; ready < 2;) std::this_thread::yield();
    for (auto& table : remembered)
      for (int i = 0; i < texts; ++i) {
        const int number = i * step % texts;
        const std::string text = "text " + std::to_string(number);
        const auto* known = table->find(text);
        if (known == nullptr)
          table->add(text, pieces_of(number));
        else if (known->front().id != number)
          ++wrong;
      }
  };
  { const std::jthread one(work, 3), other(work, 5); }
  for (const auto& table : remembered)
    for (int i = 0; i < texts; ++i) wrong += !has(*table, i);
  CHECK(wrong == 0);
}

}  // namespace remembered_pieces_tests
