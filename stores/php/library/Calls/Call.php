<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Wire\Refusal;

/** One thing that the connector may ask of the shop. */
interface Call
{
    /**
     * @return array<string, mixed> what is answered
     * @throws Refusal
     */
    public function answer(Parameters $parameters): array;
}
