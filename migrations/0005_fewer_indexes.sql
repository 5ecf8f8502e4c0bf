-- Each index costs every new brick a page to be written; only a repair of a node asks for the bricks of a node.
DROP INDEX brick_by_node;
