// A source file for targets whose flags alone are wanted.
