<?php

/** What OpenCart 3's own controllers are made of: they find what they work with in the registry. */
class Controller
{
    protected $registry;

    public function __construct($registry)
    {
        $this->registry = $registry;
    }

    public function __get($name)
    {
        return $this->registry->get($name);
    }
}
