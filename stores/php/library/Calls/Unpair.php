<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Settings;

/** Forgets where the connector is. The keys stay: the same pairing code pairs again. */
final class Unpair implements Call
{
    /** @var Settings */
    private $settings;

    public function __construct(Settings $settings)
    {
        $this->settings = $settings;
    }

    public function answer(Parameters $parameters): array
    {
        $parameters->nothingElse();
        $this->settings->unpair();
        return ['unpaired' => true];
    }
}
