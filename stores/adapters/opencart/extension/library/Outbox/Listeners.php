<?php
declare(strict_types=1);

namespace XeroConnector\Outbox;

/** Which of the events that the shop has registered for the extension are too many. */
final class Listeners
{
    /**
     * All that another version wanted, and all that are there twice but the last. So two who register the same at the
     * same time end with one of each, whoever is faster.
     *
     * @param array<int, array<string, mixed>> $events the shop's table of events, of all extensions
     * @param string $code the extension's
     * @param array<string, string> $wanted actions by trigger
     * @return array<int, int> ids
     */
    public static function surplus(array $events, string $code, array $wanted): array
    {
        $surplus = [];
        $mine = array_column($events, null, 'event_id');
        krsort($mine);
        foreach ($mine as $id => $event) {
            if ($event['code'] !== $code) {
                continue;
            }
            if (($wanted[$event['trigger']] ?? '') === $event['action']) {
                unset($wanted[$event['trigger']]);
            } else {
                $surplus[] = (int) $id;
            }
        }
        return $surplus;
    }
}
