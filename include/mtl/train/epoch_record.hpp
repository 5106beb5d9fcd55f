// What is kept of one epoch: the rows of a History. Torch-free: reports read it without libtorch.
#pragma once

#include <map>
#include <string>

namespace mtl {

/// One epoch of training.
struct EpochRecord {
  int epoch = 0;                             ///< counted from 1
  double train_loss = 0;                     ///< mean of the minimised loss over the epoch's batches
  std::map<std::string, double> valid = {};  ///< "loss", "loss:<head>", "accuracy:<head>"
  double seconds = 0;                        ///< training and validation
};

}  // namespace mtl
